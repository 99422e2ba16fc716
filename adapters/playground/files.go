package playground

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
)

//go:embed web
var web embed.FS

// file is an embedded file as it is served.
type file struct {
	kind string // Content-Type
	tag  string // ETag
	body []byte
}

// kinds are the types of the files in web/. The machine's own table is not asked: it may call a script text/plain.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// readFiles reads web/ into a map by path as it stands in a URL; "/" is the page.
func readFiles() (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(web, "web", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind, known := kinds[path.Ext(name)]
		if !known {
			return fmt.Errorf("%s: no content type for it", name)
		}
		body, err := web.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		files[name[len("web"):]] = file{kind: kind, tag: `"` + hex.EncodeToString(sum[:12]) + `"`, body: body}
		return nil
	})
	if err != nil {
		return nil, err
	}
	files["/"] = files["/index.html"]
	delete(files, "/index.html")
	return files, nil
}

// serveFile answers GET and HEAD for a file.
func serveFile(w http.ResponseWriter, r *http.Request, f file) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.tag)
	h.Set("Cache-Control", "no-cache") // ask each time: after an update no page runs with old scripts
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.body) // the browser went away
	}
}
