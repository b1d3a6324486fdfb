package store_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"heed"
	"heed/internal/store"
)

// Who was entered before roles existed could do everything, and keeps that, with the token.
func TestPersonsFromBeforeRoles(t *testing.T) {
	for _, e := range []string{"sqlite", "postgres"} {
		t.Run(e, func(t *testing.T) {
			en := &engine{url: filepath.Join(t.TempDir(), "heed.db")}
			if e == "postgres" {
				if postgres == nil {
					t.Skip("SKIPPED: persons from before roles on PostgreSQL: no server")
				}
				en.url = postgres.Database(t)
			}
			back := store.OnlyMigrations(store.BeforePersons())
			db := en.open(t)
			if err := db.Exec(t.Context(), `INSERT INTO house_parties (id, name, own, card, url, token_in, token_out) VALUES ('identity--1', 'coast', 1, ?, '', NULL, ''), ('identity--2', 'harbour', 0, ?, '', NULL, '')`, []byte("c"), []byte("c")); err != nil {
				t.Fatal(err)
			}
			if err := db.Exec(t.Context(), `INSERT INTO house_persons (name, uid, parties, token_hash) VALUES ('ada', 1000, 'identity--1', ?), ('bo', -1, '', NULL)`, []byte("hash")); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			back()
			db = en.open(t)
			defer db.Close()
			err := db.View(t.Context(), func(tx *store.Tx) error {
				ada, err := tx.PersonByUID(1000)
				if err != nil || !ada.Active || len(ada.Roles) != 1 || !slices.Contains(ada.Roles[heed.PartyID("identity--1")], "administrator") || len(ada.Roles["identity--1"]) != 6 {
					t.Errorf("%+v, %v", ada, err)
				}
				token, err := tx.Token([]byte("hash"))
				if err != nil || token.Person != "ada" || token.Scopes != "read write admin" {
					t.Errorf("%+v, %v", token, err)
				}
				bo, err := tx.Person("bo")
				if err != nil || len(bo.Roles) != 0 {
					t.Errorf("%+v, %v", bo, err)
				}
				if _, err := tx.Session([]byte("none")); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%v", err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
