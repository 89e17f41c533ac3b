package jurisdiction

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// scalarText is the text of a scalar as it was written; false for anything else
// and for null, anchors, aliases and tags, which packs do not use.
func scalarText(n ast.Node) (string, bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		if s.Value == nil {
			return "", false
		}
		return s.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func (d *decoder) custom(n ast.Node, to custom) {
	text, ok := scalarText(n)
	if !ok {
		d.add(line(n), "should be plain text")
		return
	}
	if err := to.fromText(text); err != nil {
		d.add(line(n), "%v", err)
	}
}

func (d *decoder) duration(n ast.Node, to reflect.Value) {
	text, _ := scalarText(n)
	value, err := time.ParseDuration(text)
	if err != nil || value < 0 {
		d.add(line(n), "%q is not a length of time like 300s, 20m or 72h", text)
		return
	}
	to.SetInt(int64(value))
}

func (d *decoder) scalar(n ast.Node, to reflect.Value) {
	text, ok := scalarText(n)
	if !ok {
		d.add(line(n), "should be a single value (no anchors, aliases or tags)")
		return
	}
	var err error
	switch to.Kind() {
	case reflect.String:
		to.SetString(strings.TrimRight(text, "\n"))
	case reflect.Bool:
		var v bool
		if v, err = strconv.ParseBool(text); err != nil {
			d.add(line(n), "%q should be true or false", text)
			return
		}
		to.SetBool(v)
	case reflect.Int, reflect.Int64:
		var v int64
		if v, err = strconv.ParseInt(text, 10, to.Type().Bits()); err != nil {
			d.add(line(n), "%q should be a whole number", text)
			return
		}
		to.SetInt(v)
	case reflect.Float64:
		var v float64
		if v, err = strconv.ParseFloat(text, 64); err != nil {
			d.add(line(n), "%q should be a number", text)
			return
		}
		to.SetFloat(v)
	default:
		d.add(line(n), "cannot be read here")
	}
}

func keysOf(fields map[string]reflect.Value) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
