package press

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"time"

	"attache/bot/message"
)

// Envelope is what stands on a mail.
type Envelope struct {
	// From is the sender's address; empty means attache@localhost.
	From string
	// To are the readers' addresses; none makes a file that somebody opens and sends on.
	To []string
	// Date is when it was written. Required.
	Date time.Time
}

// Mail is a message as a file of type message/rfc822 (.eml): plain text, and beside it HTML with its pictures. The same message
// and envelope give the same bytes.
func Mail(m *message.Message, e Envelope) ([]byte, error) {
	if e.Date.IsZero() {
		return nil, errors.New("a mail needs a date")
	}
	if e.From == "" {
		e.From = "attache@localhost"
	}
	for _, a := range append([]string{e.From}, e.To...) {
		if strings.ContainsAny(a, "\r\n<>,") || !strings.Contains(a, "@") {
			return nil, fmt.Errorf("%q is no mail address", a)
		}
	}
	sum := sha256.Sum256([]byte(title(m) + "\x00" + text(m) + "\x00" + e.Date.UTC().String()))
	name := hex.EncodeToString(sum[:12])
	type enclosure struct {
		message.Image
		id, kind string
	}
	var pictures []enclosure
	body := page(m, func(i message.Image) string {
		kind, ok := pictureType(i.Data)
		if !ok {
			return ""
		}
		p := enclosure{Image: i, id: fmt.Sprintf("picture%d.%s@attache", len(pictures)+1, name), kind: kind}
		pictures = append(pictures, p)
		return "cid:" + p.id
	})

	var out bytes.Buffer
	head := func(name, value string) { out.WriteString(name + ": " + value + "\r\n") }
	head("From", mime.QEncoding.Encode("utf-8", "Attaché")+" <"+e.From+">")
	if len(e.To) > 0 {
		head("To", strings.Join(e.To, ", "))
	} else {
		head("X-Unsent", "1") // mail programs open it as a draft
	}
	head("Subject", folded(title(m)))
	head("Date", e.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	head("Message-ID", "<"+name+"@attache>")
	head("Auto-Submitted", "auto-generated")
	head("MIME-Version", "1.0")

	alternative, err := section(&out, "alternative", "a"+name)
	if err != nil {
		return nil, err
	}
	if err := printable(alternative, "text/plain; charset=utf-8", text(m)); err != nil {
		return nil, err
	}
	if len(pictures) == 0 {
		if err := printable(alternative, "text/html; charset=utf-8", body); err != nil {
			return nil, err
		}
	} else {
		var inner bytes.Buffer
		related := multipart.NewWriter(&inner)
		if err := related.SetBoundary("r" + name); err != nil {
			return nil, fmt.Errorf("write a mail: %w", err)
		}
		if err := printable(related, "text/html; charset=utf-8", body); err != nil {
			return nil, err
		}
		for _, p := range pictures {
			file := oneLine(p.Name)
			if file == "" {
				file = "picture.png"
			}
			part, err := related.CreatePart(textproto.MIMEHeader{
				"Content-Type": {p.kind}, "Content-Transfer-Encoding": {"base64"}, "Content-Id": {"<" + p.id + ">"},
				"Content-Disposition": {mime.FormatMediaType("inline", map[string]string{"filename": file})},
			})
			if err != nil {
				return nil, fmt.Errorf("write a mail: %w", err)
			}
			packed := base64.StdEncoding.EncodeToString(p.Data)
			for len(packed) > 76 { // RFC 2045, 6.8
				fmt.Fprint(part, packed[:76], "\r\n")
				packed = packed[76:]
			}
			fmt.Fprint(part, packed, "\r\n")
		}
		if err := related.Close(); err != nil {
			return nil, fmt.Errorf("write a mail: %w", err)
		}
		part, err := alternative.CreatePart(textproto.MIMEHeader{"Content-Type": {`multipart/related; type="text/html"; boundary="r` + name + `"`}})
		if err != nil {
			return nil, fmt.Errorf("write a mail: %w", err)
		}
		if _, err := part.Write(inner.Bytes()); err != nil {
			return nil, fmt.Errorf("write a mail: %w", err)
		}
	}
	if err := alternative.Close(); err != nil {
		return nil, fmt.Errorf("write a mail: %w", err)
	}
	return out.Bytes(), nil
}

// section begins a body of several parts.
func section(out *bytes.Buffer, kind, boundary string) (*multipart.Writer, error) {
	w := multipart.NewWriter(out)
	if err := w.SetBoundary(boundary); err != nil {
		return nil, fmt.Errorf("write a mail: %w", err)
	}
	fmt.Fprintf(out, "Content-Type: multipart/%s; boundary=%q\r\n\r\n", kind, boundary)
	return w, nil
}

func printable(to *multipart.Writer, kind, body string) error {
	part, err := to.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"quoted-printable"}})
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	q := quotedprintable.NewWriter(part)
	if _, err := q.Write([]byte(strings.ReplaceAll(body, "\n", "\r\n"))); err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	if err := q.Close(); err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	return nil
}

// folded is a subject in encoded words, which the library keeps to 75 characters each and which are set on lines of their own.
func folded(subject string) string {
	return strings.ReplaceAll(mime.QEncoding.Encode("utf-8", subject), "?= =?", "?=\r\n =?")
}
