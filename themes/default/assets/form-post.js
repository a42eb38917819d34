// OAuth 2.0 Form Post Response Mode §2: the form submits itself.
document.getElementById("form-post").submit();
