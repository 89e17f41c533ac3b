package main

import (
	"context"

	"okno/internal/demo"
)

type demoCommand struct {
	Data         string `default:"data/demo" help:"Folder of the demo's database and files." type:"path"`
	Listen       string `default:"127.0.0.1:8080" help:"Address of the portal; port 0 takes a free one."`
	Control      string `default:"127.0.0.1:8090" help:"Address of the control page; port 0 takes a free one."`
	TLS          bool   `name:"tls" help:"Speak HTTPS, with a certificate of a throw-away authority in the data folder, and mTLS for machines."`
	Mutual       string `placeholder:"ADDR" help:"Address of the origin for machines with certificates, with --tls; 127.0.0.1:8443, or a free port when --listen takes one."`
	JSON         string `name:"json" help:"File to write addresses and sign-ins to, once ready." type:"path"`
	ESIA         string `name:"esia-issuer" placeholder:"URL" help:"Issuer in the tokens of the ESIA dialect, for a library that takes no other one: http://esia.gosuslugi.ru/."`
	Jurisdiction string `default:"ru" help:"Pack to show: a code in the binary or a folder."`
}

// Run runs the demo until it is told to stop.
func (c demoCommand) Run(ctx context.Context) error {
	return demo.Run(ctx, demo.Config{Data: c.Data, Listen: c.Listen, Control: c.Control, JSON: c.JSON, TLS: c.TLS, Mutual: c.Mutual, ESIAIssuer: c.ESIA, Jurisdiction: c.Jurisdiction})
}
