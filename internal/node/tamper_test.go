package node_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// row is a row of some table, to be changed and put back.
type row struct {
	names  []string
	values []any
}

func rowsOf(t *testing.T, db *sql.DB, table string) []row {
	t.Helper()
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var list []row
	for rows.Next() {
		r := row{names: names, values: make([]any, len(names))}
		ptrs := make([]any, len(names))
		for i := range ptrs {
			ptrs[i] = &r.values[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		t.Fatalf("%s is empty: nothing to change", table)
	}
	return list
}

// other gives a value of the same kind that differs in one bit or by one.
func other(v any) any {
	switch v := v.(type) {
	case int64:
		return v + 1
	case string:
		return v + "x"
	case []byte:
		if len(v) == 0 {
			return []byte("x")
		}
		b := append([]byte(nil), v...)
		b[len(b)/2] ^= 1
		return b
	}
	return nil
}

// where names the row by all its values but that of column skip.
func (r row) where(skip, from int) (string, []any) {
	var conds []string
	var args []any
	for i, n := range r.names {
		switch {
		case i == skip:
		case r.values[i] == nil:
			conds = append(conds, n+" IS NULL")
		default:
			conds = append(conds, fmt.Sprintf("%s = $%d", n, from+len(args)))
			args = append(args, r.values[i])
		}
	}
	return strings.Join(conds, " AND "), args
}

func (r row) set(t *testing.T, db *sql.DB, _ string, table string, i int, v any) bool {
	t.Helper()
	where, args := r.where(-1, 2)
	res, err := db.Exec(fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s", table, r.names[i], where), append([]any{v}, args...)...)
	if err != nil {
		return false
	}
	if n, _ := res.RowsAffected(); n != 1 {
		t.Fatalf("%s.%s: %d rows changed", table, r.names[i], n)
	}
	return true
}

func (r row) restore(t *testing.T, db *sql.DB, _ string, table string, i int) {
	t.Helper()
	where, args := r.where(i, 3)
	args = append([]any{r.values[i], other(r.values[i])}, args...)
	res, err := db.Exec(fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s = $2 AND %s", table, r.names[i], r.names[i], where), args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := res.RowsAffected(); n != 1 {
		t.Fatalf("%s.%s: %d rows put back", table, r.names[i], n)
	}
}

func (r row) remove(t *testing.T, db *sql.DB, table string) {
	t.Helper()
	where, args := r.where(-1, 1)
	if _, err := db.Exec("DELETE FROM "+table+" WHERE "+where, args...); err != nil {
		t.Fatal(err)
	}
}

func (r row) insert(t *testing.T, db *sql.DB, table string) {
	t.Helper()
	marks := make([]string, len(r.names))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	if _, err := db.Exec(fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(r.names, ", "), strings.Join(marks, ", ")), r.values...); err != nil {
		t.Fatal(err)
	}
}
