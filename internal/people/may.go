package people

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"heed"
)

// Actor is who asks for something: a person for one desk of this node, or a peer.
type Actor struct {
	Person string       // of this node; empty: a peer
	Desk   heed.PartyID // the party spoken for
	Roles  []Role       // at that desk
	Scopes []Scope      // of the token shown; the socket and a session have all
	// SteppedUp says that the person proved to be present within the last minutes: by a
	// passkey, or by the machine's own account on the socket.
	SteppedUp bool
	Local     bool // on the socket in the node's folder, with the machine's own account
	Peer      bool
}

// From names the actor as the ledger does.
func (a Actor) From() string {
	if a.Peer {
		return string(a.Desk)
	}
	if a.Person == "" {
		return "rules" // of the desk: nobody pressed anything
	}
	return "person:" + a.Person
}

// PeerActor is a party elsewhere that has shown its key or token.
func PeerActor(p heed.PartyID) Actor { return Actor{Desk: p, Peer: true} }

// Act is something that can be asked for.
type Act string

// The acts on statements, and those on the node.
const (
	ActList        Act = "list"        // learn that it is there: headline, rungs, times
	ActRead        Act = "read"        // the full text
	ActOpen        Act = "open"        // read it for the desk: writes the rung
	ActAcknowledge Act = "acknowledge" //
	ActAccept      Act = "accept"      //
	ActDecide      Act = "decide"      //
	ActWarn        Act = "warn"        // say a warning
	ActUpdate      Act = "update"      // a new version of an own one
	ActLoosen      Act = "loosen"      // a new version that allows more than the one before
	ActRetract     Act = "retract"     //
	ActPass        Act = "pass"        // hand on what somebody else said
	ActAsk         Act = "ask"         // ask its author, also for wider use
	ActAnswer      Act = "answer"      // what somebody asked this desk
	ActFeedback    Act = "feedback"    // tell its author what it was good for
	ActGrant       Act = "grant"       // allow another to pass on what this desk said
	ActProve       Act = "prove"       // entry, proof, bundle, who knew
	ActTake        Act = "take"        // bring in what came by other means
	ActDraft       Act = "draft"       // prepare what is not released
	ActRelease     Act = "release"     // let out what waits for a second person, or a decision
	ActTranslate   Act = "translate"   //
	ActCases       Act = "cases"       // read cases, with what was made of them
	ActWeigh       Act = "weigh"       // link, join, split, assess
	ActClose       Act = "close"       // say how a case ended
	ActDistrust    Act = "distrust"    // note it, and read the notes
	ActSource      Act = "source"      // enter and use a sealed source
	ActLook        Act = "look"        // see who a sealed source is

	ActStatus    Act = "status"
	ActDirectory Act = "directory" // read contacts, rosters, parties
	ActContacts  Act = "contacts"  // change contacts and rosters
	ActDrill     Act = "drill"
	ActPolicy    Act = "policy" // read
	ActSetPolicy Act = "set-policy"
	ActPersons   Act = "persons" // list
	ActEnrol     Act = "enrol"   // add persons, roles, tokens; deactivate
	ActSelf      Act = "self"    // one's own password, passkeys, sessions, tokens
	ActParties   Act = "parties" // list peers
	ActAddParty  Act = "add-party"
	ActBackup    Act = "backup"
	ActResume    Act = "resume"  // let a stopped log go on, or begin its successor
	ActInspect   Act = "inspect" // the access log

	// Of peers.
	ActFetch Act = "fetch" // read what a desk has for the peer
	ActPost  Act = "post"
	ActHeads Act = "heads" // heads and their proofs
)

// side says whose statement an act may be done on.
type side uint8

const (
	either side = iota
	own         // the desk said it
	others      // somebody else did
)

// rule is one row of the table of who may what.
type rule struct {
	roles  []Role
	scope  Scope
	side   side
	text   bool // it shows, or is derived from, a statement's text: markings limit it
	stepUp bool
	local  bool // only on the machine itself: what it gives holds text that no role bounds
	peer   bool
	hands  bool // it hands the statement to somebody: handling decides as well
}

var (
	desks   = []Role{DutyOfficer, Supervisor, Liaison}
	readers = []Role{DutyOfficer, Supervisor, Liaison, SourceDesk, Analyst, Inspector}
	// red lists who reads what is marked TLP:RED, or not marked, and was said by another.
	red = []Role{DutyOfficer, Supervisor, Analyst, Inspector}
	all = Roles
)

// rules is the table. What is not in it may not be done by anybody.
var rules = map[Act]rule{
	ActList:        {roles: readers, scope: ScopeRead, text: true},
	ActRead:        {roles: readers, scope: ScopeRead, text: true},
	ActProve:       {roles: readers, scope: ScopeRead, text: true},
	ActOpen:        {roles: desks, scope: ScopeWrite, side: others, text: true},
	ActAcknowledge: {roles: desks, scope: ScopeWrite, side: others, text: true},
	ActAccept:      {roles: []Role{DutyOfficer, Supervisor}, scope: ScopeWrite, side: others, text: true},
	ActDecide:      {roles: []Role{DutyOfficer, Supervisor}, scope: ScopeWrite, text: true},
	ActWarn:        {roles: desks, scope: ScopeWrite},
	ActUpdate:      {roles: desks, scope: ScopeWrite, side: own, text: true},
	ActLoosen:      {roles: []Role{Supervisor}, scope: ScopeWrite, side: own, text: true, stepUp: true},
	ActRetract:     {roles: desks, scope: ScopeWrite, side: own, text: true, stepUp: true},
	ActPass:        {roles: desks, scope: ScopeWrite, text: true, hands: true},
	ActAsk:         {roles: desks, scope: ScopeWrite, side: others, text: true},
	ActAnswer:      {roles: desks, scope: ScopeWrite, side: others, text: true},
	ActFeedback:    {roles: desks, scope: ScopeWrite, side: others, text: true},
	ActGrant:       {roles: []Role{Supervisor}, scope: ScopeWrite, side: own, text: true, stepUp: true},
	ActTake:        {roles: desks, scope: ScopeWrite},
	ActDraft:       {roles: []Role{DutyOfficer, Supervisor, Liaison, Analyst}, scope: ScopeWrite},
	ActRelease:     {roles: []Role{Supervisor}, scope: ScopeWrite, text: true, stepUp: true},
	ActTranslate:   {roles: []Role{DutyOfficer, Supervisor, Liaison, Analyst}, scope: ScopeWrite, text: true},
	ActCases:       {roles: red, scope: ScopeRead, text: true},
	ActWeigh:       {roles: []Role{DutyOfficer, Supervisor, Analyst}, scope: ScopeWrite, text: true},
	ActClose:       {roles: []Role{DutyOfficer, Supervisor}, scope: ScopeWrite, text: true},
	ActDistrust:    {roles: []Role{DutyOfficer, Supervisor, Analyst}, scope: ScopeWrite},
	ActSource:      {roles: []Role{SourceDesk}, scope: ScopeWrite},
	ActLook:        {roles: []Role{SourceDesk}, scope: ScopeWrite, side: own},

	ActStatus:    {roles: all, scope: ScopeRead},
	ActDirectory: {roles: readers, scope: ScopeRead},
	ActContacts:  {roles: desks, scope: ScopeWrite},
	ActDrill:     {roles: desks, scope: ScopeWrite},
	ActPolicy:    {roles: all, scope: ScopeRead},
	ActSetPolicy: {roles: []Role{Supervisor}, scope: ScopeWrite},
	ActPersons:   {roles: []Role{Administrator, Supervisor, Inspector}, scope: ScopeRead},
	ActEnrol:     {roles: []Role{Administrator}, scope: ScopeAdmin, stepUp: true},
	ActSelf:      {roles: all, scope: ScopeWrite},
	ActParties:   {roles: all, scope: ScopeRead},
	ActAddParty:  {roles: []Role{Administrator}, scope: ScopeAdmin, stepUp: true},
	ActBackup:    {roles: []Role{Administrator}, scope: ScopeAdmin, local: true},
	ActResume:    {roles: []Role{Supervisor}, scope: ScopeWrite, stepUp: true},
	ActInspect:   {roles: []Role{Inspector}, scope: ScopeRead},

	ActFetch: {peer: true},
	ActPost:  {peer: true},
	ActHeads: {peer: true},
}

// Object is what an act is done on, as it was loaded: never an id that somebody sent. The
// zero Object is the node itself.
type Object struct {
	Desk   heed.PartyID // whose record it is
	Author heed.PartyID // who signed it; empty: nobody known
	Source heed.PartyID // who said the text that it shows or is derived from
	With   heed.PartyID // the peer that it is for: a pair's collection, a delivery, a receipt
	To     heed.PartyID // the party that an act would hand it to
	AtRisk bool         // because To is at risk, or protects those who are
	Grants []heed.Grant // of its author, to this desk
	Now    time.Time    // against which grants end
}

// May decides. Everything that a door or a stage does for somebody is asked here first, on
// the loaded object and the handling that holds for it; what no rule allows is refused.
//
// It is a pure function, safe for concurrent use, and costs well under two microseconds.
func May(a Actor, act Act, o Object, marking heed.Handling) heed.Ruling {
	r, ok := rules[act]
	switch {
	case !ok:
		return heed.Deny("act", "nobody may do this: %q is in no rule", act)
	case r.peer != a.Peer:
		return hidden("door")
	case a.Peer && (o.With != a.Desk || a.Desk == ""):
		return hidden("pair")
	case a.Peer:
		return heed.Allow("pair")
	case o.Desk != "" && o.Desk != a.Desk:
		return hidden("desk")
	}
	if r.text && o.Desk != "" && !holds(a, readable(o, marking)) {
		return hidden("marking") // or the role reads no text at all
	}
	if !slices.Contains(a.Scopes, r.scope) {
		return heed.Deny("scope", "this token may not do that: it needs the scope %s", r.scope)
	}
	if !holds(a, r.roles) {
		return heed.Deny("role", "%s needs the role %s; ask one who has it", act, orList(r.roles))
	}
	switch said := o.Author != "" && o.Author == o.Desk; {
	case o.Desk == "": // asked at the door, before anything was loaded
	case r.side == own && !said:
		return heed.Deny("author", "only its author may do that, and this desk is not its author")
	case r.side == others && said:
		return heed.Deny("author", "this desk said it itself: there is nobody to answer")
	}
	if r.stepUp && !a.SteppedUp {
		return heed.Deny("step-up", "%s needs a fresh proof that it is you: use your passkey, or the machine's own account", act)
	}
	if r.local && !a.Local {
		return heed.Deny("local", "%s is only done on the machine itself: whoever holds a copy of the database can read it", act)
	}
	if r.hands && o.Desk != "" && !(o.Author != "" && o.Author == o.Desk) {
		return marking.May(heed.PassOn{To: o.To, AtRisk: o.AtRisk, Grants: o.Grants, Now: o.Now})
	}
	return heed.Allow("role")
}

// readable lists the roles that may know of the object at all.
func readable(o Object, marking heed.Handling) []Role {
	if o.Source != o.Desk && marking.StrictestTLP() == "TLP:RED" {
		return red
	}
	return readers
}

func hidden(rule string) heed.Ruling {
	return heed.Ruling{Rule: rule, Words: "nothing here has this handle", Hidden: true}
}

func holds(a Actor, roles []Role) bool {
	for _, r := range a.Roles {
		if slices.Contains(roles, r) {
			return true
		}
	}
	return false
}

// ReadsRed reports whether the actor may know of what others marked TLP:RED, or did not
// mark: lists leave those out for everybody else before they count.
func (a Actor) ReadsRed() bool { return holds(a, red) }

func orList(roles []Role) string {
	s := string(roles[0])
	for i, r := range roles[1:] {
		if i == len(roles)-2 {
			s += " or " + string(r)
		} else {
			s += ", " + string(r)
		}
	}
	return s
}

// Refused is the error of an act that was not allowed. Its text is for the person who
// asked; [Refused.Log] is for the operator.
type Refused struct {
	Actor  Actor
	Act    Act
	Object heed.Ref
	Ruling heed.Ruling
}

func (r *Refused) Error() string { return r.Ruling.Words }

// Log writes the refusal down, with its rule.
func (r *Refused) Log(log *slog.Logger) {
	log.Warn("refused", "rule", r.Ruling.Rule, "act", string(r.Act), "who", r.Actor.From(), "desk", string(r.Actor.Desk), "object", string(r.Object.ID))
}

// Check is [May] as an error: nil, or a [Refused].
func Check(a Actor, act Act, ref heed.Ref, o Object, marking heed.Handling) error {
	if ruling := May(a, act, o, marking); !ruling.Allowed {
		return &Refused{a, act, ref, ruling}
	}
	return nil
}

// Acts lists every act of the table, in order.
func Acts() []Act {
	var list []Act
	for a := range rules {
		list = append(list, a)
	}
	slices.Sort(list)
	return list
}

// String is for messages of tests.
func (a Actor) String() string { return fmt.Sprintf("%s at %s as %v", a.From(), a.Desk, a.Roles) }
