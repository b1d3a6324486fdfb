package prose

import (
	"slices"
	"strings"
	"testing"
)

// roundabout are sentences of our own, each behind the headline of a text that speaks of a warning, with the
// records that the reader must draft of them.
var roundabout = []struct {
	text string
	want []string
}{
	{"The harbour office passed on the alert at noon, but the ferry company took it for a drill.", []string{"warner: The harbour office | cue: passed on the alert | recipient: the ferry company | when: noon | response: took it for a drill"}},
	{"The port authority was told by the coast guard at about 4 p.m. that a boat was heading for the pier.", []string{"warner: the coast guard | cue: was told | recipient: The port authority | threat: that a boat was heading for the pier | when: about 4 p.m. | place: the pier"}},
	{"On Tuesday night a night watchman radioed the depot to say that smoke was coming from the third tank. The depot manager told him to go back to his hut.", []string{"warner: a night watchman | cue: radioed … to say | recipient: the depot | threat: that smoke was coming from the third tank | when: Tuesday night | response: told him to go back to his hut"}},
	{"The regional observatory wrote to the mayors of both towns on 3 June that the slope could give way. Neither replied.", []string{"warner: The regional observatory | cue: wrote | recipient: the mayors of both towns | threat: that the slope could give way | when: 3 June | hedge: could"}},
	{"Two villages were never told of the danger, an inquiry found.", []string{"cue: were never told | recipient: Two villages | threat: the danger"}},
	{"Nobody at the ministry had been informed, the minister said. \"No one rang us,\" said the mayor.", []string{"cue: had been informed | recipient: Nobody at the ministry", "warner: No one | cue: rang | recipient: us"}},
	{"The alert, which rested on a single intercept, gave neither a date nor a target.", []string{"cue: alert | basis: a single intercept | limits: gave neither a date nor a target"}},
	{"The governor's office dismissed the note as gossip.", []string{"cue: note | recipient: The governor's office | response: dismissed the note as gossip"}},
	{"Sweden's security service had twice flagged the convert to its Danish counterpart.", []string{"warner: Sweden's security service | cue: had twice flagged | recipient: its Danish counterpart | threat: the convert"}},
	{"The bank had been alerted by its own auditors to the risk of fraud, but the board shelved the report.", []string{"warner: its own auditors | cue: had been alerted | recipient: The bank | threat: the risk of fraud | response: shelved the report"}},
	{"The pilot radioed a warning to two nearby vessels; both changed course.", []string{"warner: The pilot | cue: radioed a warning | recipient: two nearby vessels"}},
	{"Acting on a warning from Nairobi, police in Kampala closed the stadium.", []string{"warner: Nairobi | cue: warning | recipient: police in Kampala | response: closed the stadium"}},
	{"The intelligence was passed to Ottawa through the Five Eyes channel within hours.", []string{"cue: intelligence was passed | recipient: Ottawa | when: within hours"}},
	{"The ministry, which had been sent the same bulletin, closed its beaches.", []string{"cue: had been sent … bulletin | recipient: The ministry | response: closed its beaches"}},
	{"Residents of Osh said they had received no warning before the dam burst.", []string{"cue: had received … warning | recipient: they | when: before the dam burst"}},
	{"An anonymous caller told the newspaper's switchboard that a bomb would go off at the station within an hour.", []string{"warner: An anonymous caller | cue: told | recipient: the newspaper's switchboard | threat: that a bomb would go off at the station within an hour | place: the station"}},
	{"The company was first told of the flaw in 2019 by a researcher in Delft, who received no reply.", []string{"warner: a researcher in Delft | cue: was first told | recipient: The company | threat: the flaw | when: 2019"}},
	{"Two weeks before the fire, an inspector had written to the landlord that the wiring was unsafe.", []string{"warner: an inspector | cue: had written | recipient: the landlord | threat: that the wiring was unsafe | when: Two weeks before the fire"}},
	{"The airline said it had been given no specific information about a threat to its flights.", []string{"cue: had been given … information | recipient: it | threat: a threat to its flights"}},
	{"The tip, phoned in by a farmer at dawn, was logged but not followed up.", []string{"warner: a farmer | cue: tip | when: dawn | response: was logged but not followed up"}},
	{"The bulletin contained no date, and its source was rated unreliable.", []string{"cue: bulletin | limits: contained no date"}},
	{"Dutch police received a call from a woman who said her nephew was planning to attack a school.", []string{"warner: a woman | cue: received … call | recipient: Dutch police | threat: her nephew was planning to attack a school | place: a school"}},
	{"The union had repeatedly raised the alarm about the crane with the port's safety board.", []string{"warner: The union | cue: had repeatedly raised the alarm | recipient: the port's safety board | threat: the crane"}},
	{"The embassy in Tunis sent its Foreign Office a cable on 12 May saying that a cell in Sousse was ready to strike hotels.", []string{"warner: The embassy in Tunis | cue: sent … cable | recipient: its Foreign Office | threat: that a cell in Sousse was ready to strike hotels | when: 12 May | place: hotels"}},
	{"On the eve of the vote, party officials were tipped off by a clerk that ballots would be burnt.", []string{"warner: a clerk | cue: were tipped off | recipient: party officials | threat: that ballots would be burnt | when: the eve of the vote"}},
	{"The minister denied that the government had been forewarned of the raid.", []string{"cue: had been forewarned | recipient: the government | threat: the raid"}},
	{"The weather service cautioned farmers that frost was likely before dawn.", []string{"warner: The weather service | cue: cautioned | recipient: farmers | threat: that frost was likely before dawn | hedge: likely"}},
	{"The note came from a liaison service and rested on the word of one informant.", []string{"warner: a liaison service | cue: note | basis: the word of one informant"}},
	{"No such warning was ever passed to us, the hotel's owner said.", []string{"cue: warning was ever passed | recipient: us"}},
	{"The coastguard put out a notice to mariners on 8 March about drifting mines off Constanta.", []string{"warner: The coastguard | cue: put out a notice | recipient: mariners | threat: drifting mines off Constanta | when: 8 March | place: Constanta"}},
	{"An internal email shows that engineers flagged the crack to managers in August.", []string{"warner: engineers | cue: flagged | recipient: managers | threat: the crack | when: August"}},
	{"It was the third time in a month that Lima had alerted Quito to rebel movements near the river.", []string{"warner: Lima | cue: had alerted | recipient: Quito | threat: rebel movements near the river | place: the river"}},
	{"The information, the report says, was too vague to act on.", []string{"cue: information | limits: was too vague to act on"}},
	{"A defector told Swedish officials in 2018 that the factory would be sabotaged.", []string{"warner: A defector | cue: told | recipient: Swedish officials | threat: that the factory would be sabotaged | when: 2018 | place: the factory"}},
	{"Ankara says it passed on the names of three suspects to Brussels, which took no action.", []string{"warner: it | cue: passed on the names | recipient: Brussels | threat: three suspects | response: took no action"}},
	{"The ISAC circulated an advisory to its members on 3 May; several disconnected their controllers.", []string{"warner: The ISAC | cue: circulated an advisory | recipient: its members | when: 3 May"}},
	{"A teller had rung head office twice in the week before the robbery to say the same van was parked outside.", []string{"warner: A teller | cue: had rung … to say | recipient: head office | threat: the same van was parked outside | when: the week before the robbery"}},
	{"Two border guards radioed their battalion at dawn: forty men with packs were crossing the ford.", []string{"warner: Two border guards | cue: radioed | recipient: their battalion | threat: forty men with packs were crossing the ford | when: dawn"}},
	{"Hospital staff were assured there was no danger, though the fire brigade had cautioned the board in writing a month earlier.", []string{"warner: the fire brigade | cue: had cautioned | recipient: the board | when: a month earlier"}},
	{"Seoul conveyed the gist of the intercepts to Tokyo through military channels.", []string{"warner: Seoul | cue: conveyed the gist | recipient: Tokyo | threat: the intercepts"}},
	{"The mission got word from a trader that the road would be closed \"by those who own it\".", []string{"warner: a trader | cue: got … word | recipient: The mission | threat: that the road would be closed \"by those who own it\" | place: the road"}},
	{"Customs in Rotterdam had been asked by Madrid in writing to look out for the container.", []string{"warner: Madrid | cue: had been asked | recipient: Customs in Rotterdam | threat: to look out for the container"}},
	{"After a nudge from the Estonians, the bank froze the accounts.", []string{"warner: the Estonians | cue: nudge | recipient: the bank | response: froze the accounts"}},
	{"The observatory raised its alert level to orange on Sunday and advised pilots to stay above 6,000 metres.", []string{"warner: The observatory | cue: advised | recipient: pilots | threat: to stay above 6,000 metres"}},
	{"Neither the coastguard nor the harbour master was told.", []string{"cue: was told | recipient: Neither the coastguard nor the harbour master"}},
	{"A neighbour had phoned the emergency line twice that week to report shots and threats.", []string{"warner: A neighbour | cue: had phoned … to report | recipient: the emergency line | threat: shots and threats | when: that week"}},
	{"Spain's foreign ministry advised against all travel to the valley hours before the slide.", []string{"warner: Spain's foreign ministry | cue: advised | threat: all travel to the valley | when: hours before the slide | place: the valley"}},
	{"The trawler's skipper reported a periscope to the naval base, which thanked him and did nothing.", []string{"warner: The trawler's skipper | cue: reported | recipient: the naval base | threat: a periscope | response: thanked him and did nothing"}},
	{"The priest told the sergeant of the threats, and the sergeant told nobody.", []string{"warner: The priest | cue: told | recipient: the sergeant | threat: the threats | response: told nobody", "warner: the sergeant | cue: told | recipient: nobody"}},
	{"Warnings had reached the governor from at least three villages.", []string{"warner: at least three villages | cue: Warnings | recipient: the governor"}},
	{"An engineer had, on 3 May, e-mailed two ministries that the wall might give way. One replied; nobody said when.", []string{"warner: An engineer | cue: e-mailed | recipient: two ministries | threat: that the wall might give way | when: 3 May | place: the wall | response: replied | hedge: might"}},
}

const headline = "Town was warned of an attack days before the blast, inquiry finds\n\n"

var warningRoles = []string{"warner", "cue", "recipient", "threat", "when", "place", "basis", "limits", "response", "hedge"}

// warningsIn prints the warnings of a text behind the headline.
func warningsIn(text string) []string {
	var out []string
	for _, r := range Read(headline + text) {
		if r.Kind != "warning" || r.At("cue")[0][0] < len(headline) {
			continue
		}
		var roles []string
		for _, role := range warningRoles {
			if words := r.Text(headline+text, role); words != "" {
				roles = append(roles, role+": "+words)
			}
		}
		out = append(out, strings.Join(roles, " | "))
	}
	return out
}

func TestWarningsInManyWords(t *testing.T) {
	for _, c := range roundabout {
		if got := warningsIn(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// What is told to reporters and courts, asked of one person or sent about other things is no warning.
func TestNoWarnings(t *testing.T) {
	for _, text := range []string{
		"The minister told reporters that the attack had killed nine people.",
		"The court was told that the bomb had been planted by two men.",
		"She asked him to come out of the car.",
		"The company sent shareholders a letter about dividends.",
		"Police called the bombing an act of terror.",
	} {
		if got := warningsIn(text); len(got) > 0 {
			t.Errorf("%s: %s", text, strings.Join(got, "; "))
		}
	}
}
