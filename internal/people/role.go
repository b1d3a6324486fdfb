package people

import "slices"

// Role is what a person does for a party. A person may hold several, and others at another
// desk of the same node.
type Role string

// The roles.
const (
	DutyOfficer   Role = "duty-officer"  // reads, acknowledges, accepts, decides, warns
	Supervisor    Role = "supervisor"    // what a duty officer may, and releases, overrules, loosens own handling, resumes
	Liaison       Role = "liaison"       // speaks with other parties: warns, passes on, asks, answers
	SourceDesk    Role = "source-desk"   // unlocks the names of sealed sources, each look recorded
	Analyst       Role = "analyst"       // reads, drafts, links, assesses; releases nothing
	Inspector     Role = "inspector"     // reads everything but sealed sources, and the access log; changes nothing
	Administrator Role = "administrator" // persons, roles, keys, peers, backups; gets no text
)

// Roles lists them.
var Roles = []Role{DutyOfficer, Supervisor, Liaison, SourceDesk, Analyst, Inspector, Administrator}

// Known reports whether r is one of [Roles].
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Scope narrows what a token may be used for; a token without any may do nothing.
type Scope string

// The scopes.
const (
	ScopeRead  Scope = "read"  // what its person may read
	ScopeWrite Scope = "write" // what its person may say and do, but nothing that needs a step-up
	ScopeAdmin Scope = "admin" // persons, roles, peers, backups
)

// Scopes lists them.
var Scopes = []Scope{ScopeRead, ScopeWrite, ScopeAdmin}
