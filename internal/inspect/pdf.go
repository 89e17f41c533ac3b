package inspect

import (
	"bytes"
	"errors"
	"slices"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/validate"
)

// activeNames are keys and actions by which a PDF runs or carries something.
var activeNames = []string{"JS", "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "ImportData", "SubmitForm"}

const maxPDFDepth = 200

// withoutFolder keeps pdfcpu from making a folder of its own. The library's package
// api would do it, but that brings forms and their tables of character widths: two
// megabytes in every process, which nobody needs to look at a file.
var withoutFolder = sync.OnceFunc(func() { model.ConfigPath = "disable" })

// lookAtPDF validates a PDF and refuses what acts by itself.
func lookAtPDF(data []byte, rules Rules) (v Verdict) {
	defer func() {
		if recover() != nil { // the parser's, over a foreign file
			v = refuse("file.pdf_broken")
		}
	}()
	if end := bytes.LastIndex(data, []byte("%%EOF")); end < 0 || len(bytes.TrimSpace(data[end+len("%%EOF"):])) > 0 {
		return refuse("file.extra_content")
	}
	withoutFolder()
	config := model.NewDefaultConfiguration()
	config.Offline = true
	doc, err := pdfcpu.Read(bytes.NewReader(data), config)
	if err == nil {
		err = validate.XRefTable(doc)
	}
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword) || errors.Is(err, pdfcpu.ErrOwnerPasswordRequired):
		return refuse("file.pdf_locked")
	case err != nil || doc.PageCount < 1:
		return refuse("file.pdf_broken")
	case doc.Encrypt != nil:
		return refuse("file.pdf_locked")
	case doc.PageCount > rules.MaxPages:
		return refuse("file.pdf_too_long").with("n", doc.PageCount).with("max", rules.MaxPages)
	}
	for _, entry := range doc.Table {
		if entry != nil && !entry.Free && acts(entry.Object, 0) {
			return refuse("file.pdf_active")
		}
	}
	return Verdict{Clean: data, Type: PDF, Pages: doc.PageCount}
}

// acts looks for active names in an object; one nested too deep counts as active.
func acts(object types.Object, depth int) bool {
	if depth > maxPDFDepth {
		return true
	}
	switch o := object.(type) {
	case types.Dict:
		for key, value := range o {
			if isActive(key) || acts(value, depth+1) {
				return true
			}
		}
	case types.StreamDict:
		return acts(o.Dict, depth+1)
	case *types.StreamDict:
		return o != nil && acts(o.Dict, depth+1)
	case types.Array:
		return slices.ContainsFunc(o, func(item types.Object) bool { return acts(item, depth+1) })
	case types.Name:
		return isActive(o.Value())
	}
	return false
}

// isActive reads a name with its #4A escapes.
func isActive(name string) bool {
	plain, err := types.DecodeName(name)
	return err != nil || slices.Contains(activeNames, plain)
}
