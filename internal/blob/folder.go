package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folder holds sealed files under random names, spread over folders by the first
// two letters of the name.
type folder string

func openFolder(dir string) (folder, error) {
	if dir == "" {
		return "", errors.New("no folder for files is given")
	}
	return folder(dir), os.MkdirAll(dir, 0o700)
}

func (f folder) path(id ID) string { return filepath.Join(string(f), string(id[:2]), string(id)) }

// write is done when the file and its name are on disk.
func (f folder) write(id ID, content []byte) error {
	path := f.path(id)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path+".part", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
	return errors.Join(syncDir(filepath.Dir(path)), syncDir(string(f)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f folder) read(id ID) ([]byte, error) { return os.ReadFile(f.path(id)) }

func (f folder) remove(id ID) error {
	err := os.Remove(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// older calls visit for every file that was written before a moment.
func (f folder) older(than time.Time, visit func(name string) error) error {
	return filepath.WalkDir(string(f), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !info.ModTime().Before(than) {
			return err
		}
		return visit(strings.TrimPrefix(filepath.Base(path), "."))
	})
}
