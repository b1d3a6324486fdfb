package desk

import "strings"

// Alarm is what fills the page of everybody at this node while nothing can be stored, line by
// line; nil while all is well.
func (d *Desk) Alarm() []string {
	err := d.Store.Trouble()
	if err == nil {
		return nil
	}
	return AlarmText(strings.TrimPrefix(err.Error(), "store: "))
}

// AlarmText says what it means that nothing can be stored, and what to do meanwhile.
func AlarmText(why string) []string {
	return []string{
		"NOTHING CAN BE STORED HERE: " + why,
		"No warning is recorded and none is acknowledged. Whoever sends us one is told so and keeps trying.",
		"To warn others now: heed warn --carry FILE signs it all the same. Bring the file by any means; they run heed take FILE.",
		"To be warned now: tell those who warn you to use the telephone, and write down who called, when, and what was read back.",
		"To mend it: make room on the disk, or look at the node's log; then start the node again. heed verify FOLDER shows that what was acknowledged is there.",
	}
}
