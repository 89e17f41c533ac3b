package main

import (
	"fmt"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// buildScript bundles the small scripts into one module.
func buildScript(out *output, root string) error {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(root, "scripts", "okno.ts")},
		Bundle:      true, Format: api.FormatESModule, Target: api.ES2019, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Outdir: "unused", Write: false, LogLevel: api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		at := result.Errors[0]
		return fmt.Errorf("script: %s (%v)", at.Text, at.Location)
	}
	size, err := out.write("okno.js", result.OutputFiles[0].Contents)
	if err == nil && size > scriptLimit {
		err = fmt.Errorf("the script is %d bytes after brotli, more than %d", size, scriptLimit)
	}
	return err
}
