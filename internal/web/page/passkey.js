// Passkeys: the desk gives options, the browser asks its person, the desk checks the answer.
const words = document.querySelector("[data-words]");

function say(text) {
  words.textContent = text;
  words.classList.remove("good");
}

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}), redirect: "error" });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.title);
  return value;
}

const acts = {
  async signIn() {
    const options = await post("/desk/passkey/begin");
    const key = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
    await post("/desk/passkey/finish", key.toJSON());
    return "/desk/";
  },
  async stepUp() {
    const options = await post("/desk/step-up/begin");
    const key = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
    await post("/desk/step-up/finish", key.toJSON());
    return location.pathname;
  },
  async add() {
    const name = document.querySelector("[data-passkey-name]").value.trim();
    if (name === "") throw new Error("Give the passkey a name first, as in blue key.");
    const options = await post("/desk/passkeys/begin");
    const key = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) });
    await post("/desk/passkeys/finish", { name, credential: key.toJSON() });
    return "/desk/account";
  },
};

for (const button of document.querySelectorAll("button[data-passkey]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    say("");
    try {
      if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) throw new Error("This browser is too old for passkeys, or this page did not come by a secure way.");
      location.assign(await acts[button.dataset.passkey]());
    } catch (e) {
      if (e.name === "NotAllowedError") say("Nothing was done: the passkey was not used, or it took too long.");
      else if (e.name === "InvalidStateError") say("This passkey is in use here already.");
      else say(e.message);
      button.disabled = false;
    }
  });
}
