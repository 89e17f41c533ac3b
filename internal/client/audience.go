package client

// trialAudience stands before the address of whoever a token of the sandbox is meant for.
const trialAudience = "urn:okno:sandbox:"

// Audiences are who the tokens for some resources are meant for. Anybody may name
// any address in the sandbox, so that no token of the sandbox has the audience of
// a real one: a server that checks who a token is meant for lets none of them in.
func (c Client) Audiences(resources []string) []string {
	if c.Stage == Production {
		return resources
	}
	all := make([]string, len(resources))
	for i, r := range resources {
		all[i] = trialAudience + r
	}
	return all
}
