// Package score holds the measures by which weighing is judged: how often its first choice
// was right, and how much its probabilities were worth.
package score

import "math"

// A Forecast is what was said about one item and what came out. Values and P are parallel.
type Forecast struct {
	P     []float64
	Truth int
}

// A Report is the outcome of scoring a set. A measure that the set has no meaning for is
// left out (nil).
type Report struct {
	Items    int      `json:"items"`
	Missing  int      `json:"missing"` // items with a truth and no forecast; they are not scored
	Accuracy float64  `json:"accuracy"`
	F1       *float64 `json:"f1,omitempty"` // of the value "1", where there is one
	LogLoss  float64  `json:"log_loss"`     // natural, probabilities floored at .001
	Brier    float64  `json:"brier"`        // two values: of the second; more: summed over values
	RPS      float64  `json:"rps"`          // squared cumulative differences over levels − 1
	ECE      float64  `json:"ece"`          // of the top value, ten equal bins
}

// Floor is the least probability that log loss is charged for.
const Floor = .001

// Of scores forecasts over the same values; one names the value "1" (−1: there is none).
func Of(fs []Forecast, one int) Report {
	r := Report{Items: len(fs)}
	if len(fs) == 0 {
		return r
	}
	var tp, fp, fn float64
	var conf, hit, n [10]float64
	for _, f := range fs {
		top := 0
		for v, p := range f.P {
			if p > f.P[top] {
				top = v
			}
		}
		if top == f.Truth {
			r.Accuracy++
		}
		if one >= 0 {
			switch {
			case top == one && f.Truth == one:
				tp++
			case top == one:
				fp++
			case f.Truth == one:
				fn++
			}
		}
		truth := 0.0
		if f.Truth >= 0 {
			truth = f.P[f.Truth]
		}
		r.LogLoss -= math.Log(max(truth, Floor))
		cum, rps, brier := 0.0, 0.0, 0.0
		for v, p := range f.P {
			hot := 0.0
			if v == f.Truth {
				hot = 1
			}
			brier += (p - hot) * (p - hot)
			cum += p - hot
			if v < len(f.P)-1 {
				rps += cum * cum
			}
		}
		if len(f.P) == 2 {
			brier /= 2
		}
		r.Brier += brier
		r.RPS += rps / float64(max(len(f.P)-1, 1))
		if len(f.P) > 0 {
			b := min(int(f.P[top]*10), 9)
			conf[b] += f.P[top]
			n[b]++
			if top == f.Truth {
				hit[b]++
			}
		}
	}
	N := float64(len(fs))
	r.Accuracy /= N
	r.LogLoss /= N
	r.Brier /= N
	r.RPS /= N
	for b := range n {
		r.ECE += math.Abs(conf[b]-hit[b]) / N
	}
	if one >= 0 {
		f1 := 0.0
		if tp > 0 {
			f1 = 2 * tp / (2*tp + fp + fn)
		}
		r.F1 = &f1
	}
	return r
}
