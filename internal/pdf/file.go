package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"strings"
)

// file is a PDF file in the making (ISO 32000-1, 7.5).
type file struct {
	body    bytes.Buffer
	offsets []int // by object number less one; 0 is not yet written
}

func newFile() *file {
	f := &file{}
	f.body.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	return f
}

// reserve gives an object its number before it is written.
func (f *file) reserve() int {
	f.offsets = append(f.offsets, 0)
	return len(f.offsets)
}

// put writes the object with a reserved number.
func (f *file) put(id int, format string, args ...any) {
	f.offsets[id-1] = f.body.Len()
	fmt.Fprintf(&f.body, "%d 0 obj\n"+format+"\nendobj\n", append([]any{id}, args...)...)
}

// object writes an object under the next number.
func (f *file) object(format string, args ...any) int {
	id := f.reserve()
	f.put(id, format, args...)
	return id
}

// stream writes a compressed stream; entries are added to its dictionary.
func (f *file) stream(data []byte, entries string) (int, error) {
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := z.Write(data); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	return f.object("<</Filter/FlateDecode/Length %d%s>>\nstream\n%s\nendstream", packed.Len(), entries, packed.String()), nil
}

// finish writes the table of objects and returns the file. The identifier is a
// digest of the contents, so that equal documents are equal files.
func (f *file) finish(catalog, info int) []byte {
	digest := sha256.Sum256(f.body.Bytes())
	start := f.body.Len()
	fmt.Fprintf(&f.body, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1)
	for _, at := range f.offsets {
		fmt.Fprintf(&f.body, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&f.body, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%X><%X>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(f.offsets)+1, catalog, info, digest[:16], digest[:16], start)
	return f.body.Bytes()
}

// refs writes object numbers as an array of references.
func refs(ids []int) string {
	var b strings.Builder
	b.WriteString("[")
	for _, id := range ids {
		fmt.Fprintf(&b, "%d 0 R ", id)
	}
	return strings.TrimSuffix(b.String(), " ") + "]"
}
