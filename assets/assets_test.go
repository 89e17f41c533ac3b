package assets

import (
	"bufio"
	"bytes"
	"errors"
	"io"
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

func TestPasswords(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	list, err := set.Passwords()
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	found := map[string]int{}
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		found[lines.Text()]++
	}
	t.Run("AUTH-2 two hundred thousand breached passwords come with the binary", func(t *testing.T) {
		if err := lines.Err(); err != nil || len(found) != 200_000 {
			t.Errorf("%d passwords, %v", len(found), err)
		}
		for _, word := range []string{"123456", "password", "trustno1"} {
			if found[word] != 1 {
				t.Errorf("%q is not in the list", word)
			}
		}
	})
	t.Run("AUTH-2 a cut list is an error and not a shorter list", func(t *testing.T) {
		whole, err := set.files.Open("passwords.txt.gz")
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(whole)
		cut := &Set{files: fstest.MapFS{"passwords.txt.gz": {Data: content[:len(content)/2]}}}
		list, err := cut.Passwords()
		if err == nil {
			_, err = io.Copy(new(bytes.Buffer), list)
		}
		if err == nil {
			t.Error("half a list was read without a word")
		}
	})
}
