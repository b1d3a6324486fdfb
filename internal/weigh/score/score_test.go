package score

import (
	"math"
	"testing"
)

// By hand: two of three right, one of them of the value 1.
func TestByHand(t *testing.T) {
	r := Of([]Forecast{{[]float64{.2, .8}, 1}, {[]float64{.9, .1}, 0}, {[]float64{.4, .6}, 0}}, 1)
	for name, c := range map[string][2]float64{
		"accuracy": {r.Accuracy, 2. / 3},
		"F1":       {*r.F1, 2. / 3}, // one hit, one false alarm, no miss
		"log loss": {r.LogLoss, -(math.Log(.8) + math.Log(.9) + math.Log(.4)) / 3},
		"Brier":    {r.Brier, (.04 + .01 + .36) / 3},
		"RPS":      {r.RPS, (.04 + .01 + .36) / 3},
		"ECE":      {r.ECE, (.2 + .1 + .6) / 3},
	} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%s: %v, expected %v", name, c[0], c[1])
		}
	}
}

func TestFloorAndLevels(t *testing.T) {
	r := Of([]Forecast{{[]float64{1, 0, 0}, 2}}, -1)
	if r.F1 != nil || r.LogLoss != -math.Log(Floor) || r.RPS != 1 || r.Brier != 2 || r.Accuracy != 0 {
		t.Errorf("%+v", r)
	}
	if r := Of(nil, -1); r.Items != 0 || math.IsNaN(r.Accuracy) {
		t.Errorf("nothing scored: %+v", r)
	}
}
