package batch

import (
	"heed/internal/weigh"
	"heed/internal/weigh/tsv"
)

// open weighs a file with more values than have columns: names, sets of names.
func open(c *tsv.Claims, t *weigh.Table, truth tsv.Truth) (*tsv.Result, error) {
	var order, known []int
	if truth != nil {
		var err error
		if order, known, err = inOrder(c, t, truth); err != nil {
			return nil, err
		}
	}
	out := &tsv.Result{Values: t.Values}
	for i, a := range weigh.Named(t, order, known) {
		w := tsv.Weighed{Item: t.Items[i], P: a.P}
		for _, v := range a.Values {
			w.Named = append(w.Named, t.Values[v])
		}
		out.Items = append(out.Items, w)
	}
	return out, nil
}
