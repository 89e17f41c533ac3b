package inspect

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
)

func TestImages(t *testing.T) {
	for name, c := range map[string]struct {
		data          []byte
		width, height int
	}{
		"JPEG": {jpegOf(t, 40, 20), 40, 20},
		"PNG":  {pngOf(t, picture(40, 20)), 40, 20},
		"WebP": {tinyWebP, 1, 1},
	} {
		t.Run("FILE-1 an image is encoded anew as JPEG: "+name, func(t *testing.T) {
			v := look(c.data, everything)
			if !v.OK() || v.Type != JPEG || v.Width != c.width || v.Height != c.height {
				t.Fatalf("got %+v", v)
			}
			if _, err := jpeg.Decode(bytes.NewReader(v.Clean)); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("FILE-5 what is transparent becomes white", func(t *testing.T) {
		v := look(pngOf(t, image.NewNRGBA(image.Rect(0, 0, 16, 16))), everything)
		if r, g, b, _ := pixel(t, v.Clean, 8, 8).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
			t.Errorf("got %d %d %d", r>>8, g>>8, b>>8)
		}
	})
}

func pixel(t *testing.T, data []byte, x, y int) color.Color {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img.At(x, y)
}

func TestOrientation(t *testing.T) {
	// Where the red corner of a 40 x 20 picture lands.
	corners := map[int][2]int{1: {4, 4}, 2: {35, 4}, 3: {35, 15}, 4: {4, 15}, 5: {4, 4}, 6: {15, 4}, 7: {15, 35}, 8: {4, 35}}
	for orientation, at := range corners {
		t.Run(fmt.Sprintf("FILE-5 orientation %d is applied", orientation), func(t *testing.T) {
			v := look(withExif(jpegOf(t, 40, 20), orientation, ""), everything)
			if !v.OK() || (v.Width == 20) != (orientation >= 5) {
				t.Fatalf("got %+v", v.Refused)
			}
			if r, _, b, _ := pixel(t, v.Clean, at[0], at[1]).RGBA(); r>>8 < 200 || b>>8 > 60 {
				t.Errorf("red is not at %v", at)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	photo, drawing := jpegOf(t, 40, 20), pngOf(t, picture(40, 20))
	document := pdfOf(pdfCatalog, pdfPages, pdfPage)
	zip := "PK\x03\x04" + strings.Repeat("x", 30) + "PK\x05\x06" + strings.Repeat("\x00", 18)
	add := func(file []byte, tail string) []byte { return append(bytes.Clone(file), tail...) }
	for name, c := range map[string]struct {
		data  []byte
		rules Rules
		want  string
	}{
		"FILE-1 nothing at all":                {nil, everything, "file.empty"},
		"FILE-1 a text":                        {[]byte("hello"), Rules{Types: Photos()}, "file.not_image"},
		"FILE-1 a web page":                    {[]byte("<html><script>alert(1)</script>"), everything, "file.not_allowed"},
		"FILE-1 an SVG with a script":          {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), everything, "file.not_allowed"},
		"FILE-1 a PDF where photos are wanted": {document, Rules{Types: Photos()}, "file.not_image"},
		"FILE-1 a type that is not listed":     {drawing, Rules{Types: []Type{JPEG}}, "file.not_image"},
		"FILE-1 no rules allow nothing":        {photo, Rules{}, "file.not_image"},
		"FILE-1 too many bytes":                {photo, Rules{Types: Photos(), MaxBytes: 10}, "file.too_big"},
		"FILE-2 a ZIP":                         {[]byte(zip), everything, "file.archive"},
		"FILE-2 a gzip":                        {[]byte("\x1f\x8b\x08rest"), everything, "file.archive"},
		"FILE-2 a RAR":                         {[]byte("Rar!\x1a\x07\x01\x00"), everything, "file.archive"},
		"FILE-2 a tar":                         {[]byte(strings.Repeat("a", 257) + "ustar\x0000"), everything, "file.archive"},
		"FILE-1 JPEG then ZIP":                 {add(photo, zip), everything, "file.extra_content"},
		"FILE-1 PNG then PDF":                  {add(drawing, string(document)), everything, "file.extra_content"},
		"FILE-1 JPEG then bytes":               {add(photo, "x"), everything, "file.extra_content"},
		"FILE-1 PNG then bytes":                {add(drawing, "x"), everything, "file.extra_content"},
		"FILE-1 WebP then bytes":               {add(tinyWebP, "xx"), everything, "file.extra_content"},
		"FILE-1 script in a JPEG remark":       {withSegment(photo, 0xfe, []byte("<SCRIPT>alert(1)</SCRIPT>")), everything, "file.extra_content"},
		"FILE-1 PHP in EXIF":                   {withExif(photo, 1, "<?php system(1);"), everything, "file.extra_content"},
		"FILE-1 PDF in a JPEG remark":          {withSegment(photo, 0xfe, document), everything, "file.extra_content"},
		"FILE-1 PDF then web page":             {add(document, "<html>"), everything, "file.extra_content"},
		"FILE-1 half a JPEG":                   {photo[:len(photo)/2], everything, "file.broken"},
		"FILE-1 half a PNG":                    {drawing[:len(drawing)/2], everything, "file.broken"},
		"FILE-1 half a WebP":                   {tinyWebP[:20], everything, "file.broken"},
		"FILE-1 50,000 pixels wide":            {pngHeader(50_000, 10), everything, "file.too_wide"},
		"FILE-1 50,000 pixels high":            {pngHeader(10, 50_000), everything, "file.too_tall"},
		"FILE-1 turned, it is too wide":        {withExif(photo, 6, ""), Rules{Types: Photos(), MaxWidth: 19}, "file.too_wide"},
		"FILE-1 too many pixels":               {pngHeader(9000, 9000), everything, "file.too_many_pixels"},
		"FILE-1 fewer pixels than it says":     {pngHeader(4000, 4000), everything, "file.broken"},
		"FILE-1 too small for the rules":       {photo, Rules{Types: Photos(), MinWidth: 600, MinHeight: 800}, "file.too_small"},
		"FILE-1 a PDF that is none":            {[]byte("%PDF-1.7\nnothing\n%%EOF"), everything, "file.pdf_broken"},
		"FILE-1 a PDF with a script": {
			pdfOf("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>", pdfPages, pdfPage), everything, "file.pdf_active"},
		"FILE-1 a PDF with a script, escaped": {
			pdfOf("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /#4aavaScript /#4aS (app.alert(1)) >> >>", pdfPages, pdfPage), everything, "file.pdf_active"},
		"FILE-1 a PDF with too many pages": {
			pdfOf(pdfCatalog, "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>", pdfPage, pdfPage), Rules{Types: []Type{PDF}, MaxPages: 1}, "file.pdf_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			if v := look(c.data, c.rules); v.Refused != c.want || len(v.Clean) > 0 {
				t.Errorf("got %q, want %q", v.Refused, c.want)
			}
		})
	}
	t.Run("FILE-1 a good PDF passes as it came", func(t *testing.T) {
		v := look(document, everything)
		if !v.OK() || v.Pages != 1 || !bytes.Equal(v.Clean, document) {
			t.Errorf("got %+v", v.Refused)
		}
	})
}

func FuzzLook(f *testing.F) {
	f.Add(jpegOf(f, 8, 8))
	f.Add(withExif(jpegOf(f, 8, 8), 6, "x"))
	f.Add(pngOf(f, picture(8, 8)))
	f.Add(tinyWebP)
	f.Add(pdfOf(pdfCatalog, pdfPages, pdfPage))
	f.Fuzz(func(t *testing.T, data []byte) {
		v := look(data, Rules{Types: everything.Types, MaxPixels: 1_000_000})
		if v.OK() && v.Type == JPEG {
			if again := look(v.Clean, Rules{Types: Photos()}); !again.OK() || again.Width != v.Width {
				t.Fatalf("what was passed is refused: %s", again.Refused)
			}
		}
	})
}
