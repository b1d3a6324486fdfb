// The page posts by itself what the outside login sent back; its button does the same.
document.querySelector("form[data-submit]").requestSubmit();
