package stix

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"heed/internal/envelope"
)

// Carried says in what shape an object came.
type Carried string

// The shapes.
const (
	Unsealed  Carried = "unsealed"  // no envelope: nobody's signature
	Exact     Carried = "exact"     // the bytes around the envelope are the signed ones
	Rewritten Carried = "rewritten" // a relay wrote the same values in other bytes; the sealed ones count
	Altered   Carried = "altered"   // the text around the seal says something else
	Own       Carried = "own"       // said by a desk of this node
)

// ErrAltered means that the visible text is not what was signed.
var ErrAltered = errors.New("the text around the seal is not what was signed: somebody changed it on the way")

type carriage struct {
	ExtensionType string               `json:"extension_type"`
	PayloadType   string               `json:"payloadType"`
	Payload       []byte               `json:"payload"`
	Signatures    []envelope.Signature `json:"signatures"`
}

// Splice gives the outer form: the signed bytes with the carriage extension, which holds
// the whole envelope, as the last member of extensions.
func Splice(signed []byte, env envelope.Envelope) ([]byte, error) {
	end, empty, err := extensionsEnd(signed)
	if err != nil {
		return nil, err
	}
	return spliceAt(signed, env, end, empty)
}

// SpliceOwn is [Splice] for bytes that [Compose] made: their last member is extensions, and
// holds ours.
func SpliceOwn(signed []byte, env envelope.Envelope) ([]byte, error) {
	if !bytes.HasSuffix(signed, []byte("}}}")) {
		return nil, errors.New("these are not bytes that Compose made")
	}
	return spliceAt(signed, env, int64(len(signed))-2, false)
}

// spliceAt puts the carriage before the closing brace of extensions.
func spliceAt(signed []byte, env envelope.Envelope, end int64, empty bool) ([]byte, error) {
	out := make([]byte, 0, len(signed)+base64.StdEncoding.EncodedLen(len(env.Payload))+512)
	out = append(out, signed[:end]...)
	if !empty {
		out = append(out, ',')
	}
	out = append(out, `"`+CarriageExtension+`":{"extension_type":"property-extension","payloadType":`...)
	out, err := jsontext.AppendQuote(out, env.PayloadType)
	if err != nil {
		return nil, err
	}
	out = append(out, `,"payload":"`...)
	out = base64.StdEncoding.AppendEncode(out, env.Payload)
	out = append(out, `","signatures":`...)
	out = append(out, envelope.FormatSignatures(env.Signatures)...)
	out = append(out, '}')
	return append(out, signed[end:]...), nil
}

// extensionsEnd finds where the object of extensions ends: at its closing brace.
func extensionsEnd(b []byte) (end int64, empty bool, err error) {
	found := false
	err = walk(b, func(dec *jsontext.Decoder, depth int, name string, _ int64) error {
		if depth != 1 || name != "extensions" {
			return nil
		}
		val, err := dec.ReadValue()
		if err != nil {
			return explain(err, dec)
		}
		if val.Kind() != '{' {
			return broken("type", dec.InputOffset(), "extensions must be an object")
		}
		found, end = true, dec.InputOffset()-1
		empty = len(bytes.TrimSpace(val[1:len(val)-1])) == 0
		return nil
	})
	if err == nil && !found {
		err = errors.New("a sealed object must have extensions")
	}
	return end, empty, err
}

// Cut takes the envelope out of an outer form and compares what is left with what was
// signed. An object without carriage is [Unsealed], and rest is the object itself. The
// signature is not checked here. What must be parsed is env.Payload. Where it is [Exact] or
// [Unsealed] the payload has passed [Check]: it is part of what did, less one member.
func Cut(outer []byte) (rest []byte, env envelope.Envelope, how Carried, err error) {
	var from, to int64
	inExtensions, first, members := false, false, 0
	err = walk(outer, func(dec *jsontext.Decoder, depth int, name string, before int64) error {
		switch {
		case depth == 1:
			inExtensions, members = name == "extensions", 0
		case depth == 2 && inExtensions:
			members++
			if name != CarriageExtension {
				return nil
			}
			first = members == 1
			val, err := dec.ReadValue()
			if err != nil {
				return explain(err, dec)
			}
			from, to = before, dec.InputOffset()
			var c carriage
			if err := json.Unmarshal(val, &c, json.RejectUnknownMembers(true)); err != nil {
				return fmt.Errorf("the carriage around the seal cannot be read: %w", unfit(err))
			}
			env = envelope.Envelope{PayloadType: c.PayloadType, Payload: c.Payload, Signatures: c.Signatures}
		}
		return nil
	})
	if err != nil {
		return nil, envelope.Envelope{}, "", err
	}
	if to == 0 {
		return outer, envelope.Envelope{}, Unsealed, nil
	}
	if len(env.Signatures) == 0 || len(env.Signatures) > envelope.MaxSignatures {
		return nil, env, Altered, fmt.Errorf("the seal has %d signatures; it must have 1 to %d", len(env.Signatures), envelope.MaxSignatures)
	}
	tail := outer[to:]
	if first { // a relay put ours first: the comma after it goes too
		if t := bytes.TrimLeft(tail, " \t\r\n"); len(t) > 0 && t[0] == ',' {
			tail = t[1:]
		}
	}
	if int(from)+len(tail) == len(env.Payload) && bytes.Equal(outer[:from], env.Payload[:from]) && bytes.Equal(tail, env.Payload[from:]) {
		return env.Payload, env, Exact, nil
	}
	rest = append(append(make([]byte, 0, int(from)+len(tail)), outer[:from]...), tail...)
	return compare(rest, env)
}

// compare looks whether rest says the same as the payload in other bytes (RFC 8785).
func compare(rest []byte, env envelope.Envelope) ([]byte, envelope.Envelope, Carried, error) {
	a, err := Canonical(rest)
	if err != nil {
		return rest, env, Altered, ErrAltered
	}
	b, err := Canonical(env.Payload)
	if err != nil {
		return rest, env, Altered, err
	}
	if !bytes.Equal(a, b) {
		return rest, env, Altered, ErrAltered
	}
	return rest, env, Rewritten, nil
}

// Canonical gives the RFC 8785 form, after the strict rules: only to compare, never to sign.
func Canonical(b []byte) ([]byte, error) {
	if err := Check(b); err != nil {
		return nil, err
	}
	v := jsontext.Value(bytes.Clone(b))
	if err := v.Canonicalize(); err != nil {
		return nil, err
	}
	return v, nil
}

// Name reads, as far as it can, the id and version of an object that may be broken, so
// that a refusal can name it.
func Name(b []byte) (id, version string) {
	var w struct {
		ID       string `json:"id"`
		Created  string `json:"created"`
		Modified string `json:"modified"`
	}
	if len(b) > MaxBytes {
		return "", ""
	}
	_ = json.Unmarshal(b, &w, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) // what it got is what there is
	if w.Modified == "" {
		w.Modified = w.Created
	}
	return w.ID, w.Modified
}
