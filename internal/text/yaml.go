package text

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// What this package needs of a YAML tree: maps, texts and lines. Anchors, tags
// and merge keys are not texts and are refused by their type.

func entriesOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func textOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

func plainKey(n ast.MapKeyNode) (string, bool) {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value, true
	}
	return "", false
}

func line(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 1
	}
	return n.GetToken().Position.Line
}

// isKey says that a key is "word.word", each word lower-case letters, digits and
// underscores. Currency codes may be capitals ("currency.EUR").
func isKey(key string) bool {
	words := strings.Split(key, ".")
	for i, word := range words {
		if i == 1 && words[0] == "currency" {
			word = strings.ToLower(word)
		}
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			return false
		}
	}
	return len(words) > 1
}

// The parser's errors begin with "[line:column] message".
var position = regexp.MustCompile(`^\[(\d+):\d+\] `)

func lineOf(err error) int {
	if m := position.FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 1
}

func firstLine(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return position.ReplaceAllString(first, "")
}
