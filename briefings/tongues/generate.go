//go:build ignore

// generate writes words.gz from the Unicode CLDR's JSON packages, which it finds below the folder that it is given:
//
//	npm pack cldr-annotations-full@48.2.0 cldr-localenames-full@48.2.0 cldr-dates-full@48.2.0
//	(unpack each into a folder of its own below DIR)
//	go run generate.go DIR
//
// CLDR is licensed under the Unicode License v3: https://www.unicode.org/license.txt
package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var languages = []string{"en", "ar", "de", "fr", "es", "ru", "uk", "zh", "fa", "he", "tr", "pt", "it", "pl", "ja", "ko", "hi", "id", "nl", "el"}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run generate.go DIR")
	}
	words := map[string]map[string][]string{} // concept → language → words
	add := func(concept, language, word string) {
		word = strings.TrimSpace(strings.ToLower(word))
		if word == "" || strings.ContainsAny(word, "\t;|={}") {
			return
		}
		if words[concept] == nil {
			words[concept] = map[string][]string{}
		}
		if !slices.Contains(words[concept][language], word) {
			words[concept][language] = append(words[concept][language], word)
		}
	}
	for _, l := range languages {
		names := func(file, kind string) map[string]string {
			var doc struct {
				Main map[string]struct {
					Names map[string]json.RawMessage `json:"localeDisplayNames"`
				}
			}
			read(find(filepath.Join("main", l, file)), &doc)
			var m map[string]string
			if err := json.Unmarshal(doc.Main[l].Names[kind], &m); err != nil {
				log.Fatal(file, err)
			}
			return m
		}
		for code, name := range names("territories.json", "territories") {
			if code, _, _ = strings.Cut(code, "-"); len(code) == 2 && code != "EU" && code != "UN" && code != "ZZ" && !strings.HasPrefix(code, "X") {
				name, _, _ = strings.Cut(name, " (")
				add("r:"+code, l, name)
			}
		}
		for code, name := range names("languages.json", "languages") {
			if len(code) == 2 {
				add("l:"+code, l, name)
			}
		}
		var zones struct {
			Main map[string]struct {
				Dates struct {
					Names struct {
						Zone map[string]json.RawMessage
					} `json:"timeZoneNames"`
				}
			}
		}
		read(find(filepath.Join("main", l, "timeZoneNames.json")), &zones)
		for area, raw := range zones.Main[l].Dates.Names.Zone {
			cities(area, raw, func(id, name string) { add("y:"+id, l, name) })
		}
		var marks struct {
			Annotations struct {
				Annotations map[string]struct {
					Default, TTS []string
				}
			}
		}
		read(find(filepath.Join("annotations", l, "annotations.json")), &marks)
		for sign, a := range marks.Annotations.Annotations {
			r := []rune(sign)
			if r[0] < 0x2600 || r[0] >= 0x1F1E6 && r[0] <= 0x1F1FF || r[0] >= 0x1F3FB && r[0] <= 0x1F3FF {
				continue // letters, flags and skin tones
			}
			for _, w := range append(slices.Clone(a.Default), a.TTS...) {
				if !strings.Contains(w, " ") {
					add(fmt.Sprintf("e:%x", r[0]), l, w)
				}
			}
		}
	}
	for concept := range words { // English keeps silent where a city is called as its zone
		if id, ok := strings.CutPrefix(concept, "y:"); ok && len(words[concept]["en"]) == 0 {
			add(concept, "en", strings.ReplaceAll(id[strings.LastIndexByte(id, '/')+1:], "_", " "))
		}
	}
	out, err := os.Create("words.gz")
	if err != nil {
		log.Fatal(err)
	}
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		log.Fatal(err)
	}
	concepts := make([]string, 0, len(words))
	for c := range words {
		concepts = append(concepts, c)
	}
	slices.Sort(concepts)
	for _, c := range concepts {
		var parts []string
		for _, l := range languages {
			if w := words[c][l]; len(w) > 0 {
				slices.Sort(w)
				parts = append(parts, l+"="+strings.Join(w, "|"))
			}
		}
		if len(words[c]) >= 2 {
			fmt.Fprintf(z, "%s\t%s\n", c, strings.Join(parts, ";"))
		}
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}

// cities calls each for every city that a zone is named after.
func cities(id string, raw json.RawMessage, each func(id, name string)) {
	var here struct {
		City string `json:"exemplarCity"`
		Type string `json:"_type"`
	}
	if json.Unmarshal(raw, &here) == nil && here.City != "" {
		if id != "Etc/Unknown" {
			each(id, here.City)
		}
		return
	}
	var below map[string]json.RawMessage
	if json.Unmarshal(raw, &below) != nil {
		return
	}
	for name, raw := range below {
		if !strings.HasPrefix(name, "_") {
			cities(id+"/"+name, raw, each)
		}
	}
}

func find(tail string) string {
	found, err := filepath.Glob(filepath.Join(os.Args[1], "*", "package", tail))
	if err != nil || len(found) != 1 {
		log.Fatalf("%s: %d files, %v", tail, len(found), err)
	}
	return found[0]
}

func read(path string, into any) {
	b, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		log.Fatal(path, ": ", err)
	}
}
