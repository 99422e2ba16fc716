package slackfake

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// File is something that was uploaded.
type File struct {
	ID, Name, Alt   string
	Channel, Thread string // once it was shared
	Data            []byte
	length          int
}

// Files returns what was shared in a channel.
func (s *Server) Files(channel string) []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.files {
		if f.Channel == channel {
			out = append(out, *f)
		}
	}
	return out
}

func (s *Server) uploadURL(c call) (map[string]any, word) {
	n, err := strconv.Atoi(c.get("length"))
	if err != nil || n <= 0 || c.get("filename") == "" {
		return nil, no("invalid_arguments")
	}
	f := &File{ID: s.nextID("F"), Name: c.get("filename"), Alt: c.get("alt_txt"), length: n}
	s.files[f.ID] = f
	return map[string]any{"upload_url": s.base + "/upload/" + f.ID, "file_id": f.ID}, word{}
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request, id string) {
	file, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "no file", http.StatusBadRequest)
		return
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if err != nil || f == nil || len(data) != f.length {
		http.Error(w, "not as announced", http.StatusBadRequest)
		return
	}
	f.Data = data
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(data)))
}

func (s *Server) completeUpload(c call) (map[string]any, word) {
	ch, w := s.place(c.get("channel_id"))
	if w.err != "" {
		return nil, w
	}
	var files []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal([]byte(c.get("files")), &files) != nil || len(files) == 0 {
		return nil, no("invalid_arguments")
	}
	var out []any
	for _, one := range files {
		f := s.files[one.ID]
		if f == nil || f.Data == nil {
			return nil, no("file_not_found")
		}
		f.Channel, f.Thread = ch.ID, c.get("thread_ts")
		out = append(out, map[string]any{"id": f.ID, "title": strings.TrimSpace(f.Name)})
	}
	return map[string]any{"files": out}, word{}
}
