package assets

import (
	"errors"
	"testing"
	"testing/fstest"
)

func TestLoadSaysThatNothingIsBuilt(t *testing.T) {
	if _, err := load(fstest.MapFS{".gitkeep": {}}); !errors.Is(err, ErrNotBuilt) {
		t.Fatalf("got %v, want ErrNotBuilt", err)
	}
}

func TestLoadLeadsFromNameToHashedName(t *testing.T) {
	set, err := load(fstest.MapFS{
		"manifest.json":        {Data: []byte(`{"okno.css":"okno.01020304.css"}`)},
		"okno.01020304.css":    {Data: []byte("body{}")},
		"fonts/DejaVuSans.ttf": {Data: []byte("font")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if set.Name("okno.css") != "okno.01020304.css" || !set.Has("okno.01020304.css") || set.Has("okno.css") {
		t.Error("the hashed name is not found, or the plain one passes for it")
	}
	if font, err := set.Font("DejaVuSans"); err != nil || string(font) != "font" {
		t.Errorf("font: %q, %v", font, err)
	}
}

func TestLoadNoticesALostFile(t *testing.T) {
	if _, err := load(fstest.MapFS{"manifest.json": {Data: []byte(`{"okno.css":"gone.css"}`)}}); err == nil {
		t.Fatal("a manifest that names a lost file was let through")
	}
}
