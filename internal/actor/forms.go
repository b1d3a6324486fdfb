package actor

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Columns lists the columns of a CSV list. Only name must be there. Several aliases, and
// several things that an actor is a part of, stand with semicolons between them.
var Columns = []string{"name", "alias", "type", "part-of", "code"}

func (r *reader) csv(b []byte) {
	in := csv.NewReader(bytes.NewReader(b))
	header, err := in.Read()
	if err != nil {
		r.complain(1, "the names of the columns are missing: %s", strings.Join(Columns, ","))
		return
	}
	for i, name := range header {
		switch {
		case !slices.Contains(Columns, name):
			r.complain(1, "there is no column %q; the columns are %s", name, strings.Join(Columns, ","))
		case slices.Contains(header[:i], name):
			r.complain(1, "the column %s stands twice", name)
		}
	}
	if !slices.Contains(header, "name") {
		r.complain(1, "the column name is missing")
	}
	for more := len(r.wrong) == 0; more; {
		row, err := in.Read()
		if err == io.EOF {
			return
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			r.complain(broken.Line, "%v", broken.Err)
			return // where the next line begins is not known for sure
		}
		get := func(name string) string {
			if i := slices.Index(header, name); i >= 0 {
				return row[i]
			}
			return ""
		}
		line, _ := in.FieldPos(0)
		more = r.add(Entry{Line: line, Name: get("name"), Aliases: split(get("alias")), PartOf: split(get("part-of")), Type: get("type"), Code: get("code")})
	}
}

// places counts the lines of a text up to an offset.
type places struct {
	text     []byte
	at, line int
}

func (p *places) of(offset int64) int {
	end := min(int(offset), len(p.text))
	for end < len(p.text) && bytes.IndexByte([]byte(" \t\r\n,:"), p.text[end]) >= 0 { // up to what comes next
		end++
	}
	p.line += bytes.Count(p.text[p.at:end], []byte("\n"))
	p.at = end
	return p.line + 1
}

// each gives every element of the list that the decoder stands before, with its line.
func (r *reader) each(dec *jsontext.Decoder, at *places, fn func(line int, v jsontext.Value) bool) {
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '[' {
		r.complain(at.of(dec.InputOffset()), "a list is expected here, as in [{\"name\": \"…\", \"alias\": [\"…\"]}]")
		return
	}
	for dec.PeekKind() != ']' {
		line := at.of(dec.InputOffset())
		v, err := dec.ReadValue()
		if err != nil {
			r.complain(at.of(dec.InputOffset()), "it is not sound JSON: %v", unplaced(err))
			return
		}
		if !fn(line, v) {
			return
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		r.complain(at.of(dec.InputOffset()), "it is not sound JSON: %v", unplaced(err))
	}
}

// unplaced gives the cause of a syntax error without its offset: the line is named.
func unplaced(err error) error {
	var s *jsontext.SyntacticError
	if errors.As(err, &s) && s.Err != nil {
		return s.Err
	}
	return err
}

// listed is an entry of a JSON list.
type listed struct {
	Name   string   `json:"name"`
	Alias  []string `json:"alias"`
	Type   string   `json:"type"`
	PartOf []string `json:"part-of"`
	Code   string   `json:"code"`
}

func (r *reader) json(b []byte) {
	dec, at := jsontext.NewDecoder(bytes.NewReader(b)), &places{text: b}
	r.each(dec, at, func(line int, v jsontext.Value) bool {
		var e listed
		if err := json.Unmarshal(v, &e, json.RejectUnknownMembers(true)); err != nil {
			var s *json.SemanticError
			if errors.As(err, &s) && s.JSONPointer != "" {
				return r.complain(line, "%s is not as it should be; the members are %s (alias and part-of are lists)", s.JSONPointer[1:], strings.Join(Columns, ", "))
			}
			return r.complain(line, "it is no entry: %v", unplaced(err))
		}
		return r.add(Entry{Line: line, Name: e.Name, Aliases: e.Alias, PartOf: e.PartOf, Type: e.Type, Code: e.Code})
	})
	if _, err := dec.ReadToken(); len(r.wrong) == 0 && err != io.EOF {
		r.complain(at.of(dec.InputOffset()), "something stands behind the list")
	}
}

// object is what is read of a STIX 2.1 object: SDOs that are or do something (§4: identity,
// threat-actor, intrusion-set, location) and relationships (§5.1).
type object struct {
	Type, ID, Name string
	Aliases        []string
	Class          string `json:"identity_class"`
	Country        string
	By             string `json:"created_by_ref"`
	Revoked        bool
	Relation       string `json:"relationship_type"`
	Source         string `json:"source_ref"`
	Target         string `json:"target_ref"`

	line int
}

// bundle reads a STIX 2.1 bundle: the names and aliases of its actors, and relationships of the
// type part-of. Everything else in it, and what was revoked, is passed over. Who says so is the
// identity that created the object, where the bundle has it.
func (r *reader) bundle(b []byte) {
	dec, at := jsontext.NewDecoder(bytes.NewReader(b)), &places{text: b}
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		r.complain(at.of(dec.InputOffset()), "it is not sound JSON: %v", unplaced(err))
		return
	}
	var objects []object
	kind := ""
	for dec.PeekKind() == '"' && len(r.wrong) == 0 {
		tok, err := dec.ReadToken()
		if err != nil {
			r.complain(at.of(dec.InputOffset()), "it is not sound JSON: %v", unplaced(err))
			return
		}
		name := tok.String()
		if name == "objects" {
			r.each(dec, at, func(line int, v jsontext.Value) bool {
				o := object{line: line}
				if err := json.Unmarshal(v, &o, json.MatchCaseInsensitiveNames(true)); err != nil {
					return r.complain(line, "it is no STIX object")
				}
				objects = append(objects, o)
				return true
			})
			continue
		}
		v, err := dec.ReadValue()
		if err != nil {
			r.complain(at.of(dec.InputOffset()), "it is not sound JSON: %v", unplaced(err))
			return
		}
		if name == "type" {
			_ = json.Unmarshal(v, &kind) // what is no text is no bundle either
		}
	}
	if _, err := dec.ReadToken(); err != nil && len(r.wrong) == 0 {
		r.complain(at.of(dec.InputOffset()), "it is not sound JSON: %v", unplaced(err))
	}
	if kind != "bundle" && len(r.wrong) == 0 {
		r.complain(1, "it is neither a list nor a STIX bundle: its type is %q", kind)
	}
	if len(r.wrong) == 0 {
		r.objects(objects)
	}
}

func (r *reader) objects(list []object) {
	byID, parts := map[string]object{}, map[string][]string{}
	for _, o := range list {
		byID[o.ID] = o
	}
	actor := func(o object) bool {
		return !o.Revoked && slices.Contains([]string{"identity", "threat-actor", "intrusion-set", "location"}, o.Type)
	}
	for _, o := range list {
		if o.Type != "relationship" || o.Relation != "part-of" || o.Revoked {
			continue
		}
		from, of := byID[o.Source], byID[o.Target]
		if !actor(from) || !actor(of) {
			if !r.complain(o.line, "the relationship %s joins what is no actor of this bundle", o.ID) {
				return
			}
			continue
		}
		parts[from.ID] = append(parts[from.ID], of.Name)
	}
	for _, o := range list {
		if !actor(o) {
			continue
		}
		e := Entry{Line: o.line, Name: o.Name, Aliases: o.Aliases, PartOf: parts[o.ID], Type: o.Type, Code: o.Country, Teller: byID[o.By].Name}
		if o.Class != "" {
			e.Type += " (" + o.Class + ")"
		}
		if !r.add(e) {
			return
		}
	}
}
