package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	passkey "github.com/go-webauthn/webauthn/webauthn"

	"heed/internal/people"
	"heed/internal/store"
)

// chromium starts a real browser with a virtual authenticator; where there is none, the test
// says what is not held.
func chromium(t *testing.T) context.Context {
	t.Helper()
	var name string
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(n); err == nil {
			name = found
			break
		}
	}
	if name == "" {
		t.Skip("SKIPPED: passkeys in a real browser: Chromium is not installed (Debian package chromium)")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(name), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE localhost"))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// visitor drives the browser.
type visitor struct {
	t   *testing.T
	ctx context.Context
	d   *desk
}

// fail says where the browser was.
func (v *visitor) fail(what string, err error) {
	v.t.Helper()
	at, _ := chromedp.Run(v.ctx, chromedp.Location()) // for the message only
	text, _ := chromedp.Run(v.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	v.t.Fatalf("%s: %v\nat %s:\n%s", what, err, at, text)
}

func (v *visitor) do(what string, acts ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, stop := context.WithTimeout(v.ctx, 20*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, acts...); err != nil {
		v.fail(what, err)
	}
}

// call gives the browser one command of its protocol.
func call[P, R any](v *visitor, cmd cdp.Command[P, R], params P) R {
	v.t.Helper()
	out, err := chromedp.Call(v.ctx, cmd, params)
	if err != nil {
		v.fail(string(cmd.Method), err)
	}
	return out
}

func ask[T any](v *visitor, script string, opts ...chromedp.EvaluateOption) T {
	v.t.Helper()
	out, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](script, opts...))
	if err != nil {
		v.fail(script, err)
	}
	return out
}

func (v *visitor) open(path string) {
	v.t.Helper()
	v.do("open "+path, chromedp.Navigate(v.d.accounts.DeskURL+path))
}

func (v *visitor) click(what, selector string) {
	v.t.Helper()
	v.do(what, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (v *visitor) types(selector, text string) {
	v.t.Helper()
	v.do("type "+text, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// sees waits until the page shows a text. Pages run no script of anybody else, not even of
// the one who waits, so it is asked again and again.
func (v *visitor) sees(text string) {
	v.t.Helper()
	script := fmt.Sprintf("document.readyState === 'complete' && document.body.innerText.includes(%q)", text)
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if seen, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](script)); err == nil && seen {
			return
		}
	}
	v.fail("see "+text, errors.New("it never came"))
}

func (v *visitor) authenticator() {
	v.t.Helper()
	call(v, webauthn.Enable, webauthn.EnableParams{})
	call(v, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
}

// picture keeps what the page looks like at two widths and in both themes, where
// HEED_PICTURES names a folder.
func (v *visitor) picture(name string) {
	v.t.Helper()
	dir := os.Getenv("HEED_PICTURES")
	if dir == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			call(v, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 600})
			call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
			png, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				v.fail("a picture", err)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, theme)), png, 0o644); err != nil {
				v.t.Fatal(err)
			}
			if ask[bool](v, "document.documentElement.scrollWidth > document.documentElement.clientWidth") {
				v.t.Errorf("%s at %d: the page is wider than the screen", name, width)
			}
		}
	}
	call(v, emulation.ClearDeviceMetricsOverride, cdp.Empty{})
}

// Passkeys in a real browser: a first one after a link, signing in with it, the step-up and
// its end, a second one only with the first, a copied one refused; and no page breaks the
// content policy.
func TestPasskeys(t *testing.T) {
	ctx := chromium(t)
	d := open(t, func(*people.Accounts) {})
	v := &visitor{t, ctx, d}
	var broken []string
	var mu sync.Mutex
	meets := func(what string) { mu.Lock(); defer mu.Unlock(); broken = append(broken, what) }
	if err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			meets(fmt.Sprint(ev.ExceptionDetails.Text))
		case *log.EventEntryAdded:
			if ev.Entry.Source == log.EntrySourceSecurity { // the content policy was broken
				meets(ev.Entry.Text)
			}
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(ev.Request.URL, d.accounts.DeskURL) && !strings.HasPrefix(ev.Request.URL, "data:") && !strings.HasPrefix(ev.Request.URL, "about:") {
				meets("asked for " + ev.Request.URL)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	call(v, network.Enable, network.EnableParams{})
	call(v, runtime.Enable, cdp.Empty{})
	call(v, log.Enable, cdp.Empty{})
	v.authenticator()

	v.open("/desk/sign-in")
	v.picture("sign-in")
	v.open("/desk/link/" + d.link)
	v.picture("link")
	v.click("the link's button", "form button")
	v.sees("What you do here")
	v.picture("account-new")
	v.open("/desk/step-up")
	v.sees("You have no passkey here yet")
	v.open("/desk/account")
	v.click("add without a name", "[data-passkey=add]")
	v.sees("Give the passkey a name first")
	v.types("[data-passkey-name]", "blue key")
	v.click("add", "[data-passkey=add]")
	v.sees("added ")
	v.sees("You have proved that you are here")
	v.picture("account")
	d.alarm = []string{"NOTHING CAN BE STORED HERE: no room on the disk", "To warn others now: heed warn --carry FILE"}
	v.open("/desk/account")
	v.sees("NOTHING CAN BE STORED HERE")
	v.picture("alarm")
	d.alarm = nil
	v.open("/desk/account")

	// The proof ends after minutes; then a passkey is neither added nor taken off.
	d.pass(people.StepUpLife + time.Second)
	v.open("/desk/account")
	v.sees("need a fresh proof")
	v.click("remove", ".list form button")
	v.sees("Use a passkey first")
	v.types("[data-passkey-name]", "green key")
	v.click("add", "[data-passkey=add]")
	v.sees("Use a passkey that you have here first")
	v.open("/desk/step-up")
	v.picture("step-up")
	v.click("prove", "[data-passkey=stepUp]")
	v.sees("You have given it")

	// Signing in by the passkey alone; the session is stepped up, as the house door sees.
	v.open("/desk/account")
	v.click("sign out", ".top button")
	v.sees("Sign in with a passkey")
	v.click("sign in", "[data-passkey=signIn]")
	v.sees("What you do here")
	me := ask[string](v, `fetch("/api/me").then(r => r.text())`, chromedp.EvalAwaitPromise)
	if !strings.Contains(me, `"stepped_up": true`) {
		t.Errorf("the house door says %s", me)
	}
	d.copied(t, v)
	d.deactivated(t, v)
	if len(broken) > 0 {
		t.Errorf("the browser met: %q", broken)
	}
}

// copied makes the node know a later counter than the authenticator has, as when a copy of
// the key was used meanwhile.
func (d *desk) copied(t *testing.T, v *visitor) {
	count := func(n uint32) {
		err := d.n.Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error {
			list, err := tx.Passkeys("ada")
			if err != nil || len(list) != 1 {
				return errors.Join(err, fmt.Errorf("%d passkeys", len(list)))
			}
			var key passkey.Credential
			if err := json.Unmarshal(list[0].Credential, &key); err != nil {
				return err
			}
			key.Authenticator.SignCount = n
			raw, err := json.Marshal(key)
			if err != nil {
				return err
			}
			return tx.UsedPasskey(list[0].ID, raw)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	count(1000)
	d.pass(people.StepUpLife + time.Second)
	v.open("/desk/step-up")
	v.click("prove by a copy", "[data-passkey=stepUp]")
	v.sees("seems to have been copied")
	count(1)
	v.click("prove by the true one", "[data-passkey=stepUp]")
	v.sees("You have given it")
}

// deactivated ends the browser's session at the next click, and the passkey with it.
func (d *desk) deactivated(t *testing.T, v *visitor) {
	if _, err := d.accounts.Add(t.Context(), d.act, "eve", "", []people.Role{people.Administrator}); err != nil {
		t.Fatal(err)
	}
	if err := d.accounts.Deactivate(t.Context(), d.act, "ada"); err != nil {
		t.Fatal(err)
	}
	v.open("/desk/account")
	v.sees("Sign in with a passkey")
	v.click("sign in", "[data-passkey=signIn]")
	v.sees("This passkey was not accepted")
	v.picture("refused")
}
