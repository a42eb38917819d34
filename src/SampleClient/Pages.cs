using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Net.Http.Headers;

namespace SampleClient;

/// <summary>The pages. They show what they are given and decide nothing.</summary>
internal static class Pages
{
    // Addresses carry the key of a notice and never its text, which anybody could have written.
    private static readonly Dictionary<string, string> Notices = new()
    {
        ["refreshed"] = "The tokens were refreshed.",
        ["reloaded"] = "The user information was loaded again.",
        ["signed-out"] = "You are not signed in here any more.",
        ["no-refresh-token"] = "The provider gave no refresh token. It does for the scope offline_access, where the application is allowed to ask for it.",
        ["still-signed-in"] = "You are still signed in at the provider: it answered prompt=none with a code.",
        ["login_required"] = "The provider answered login_required: you are not signed in there.",
        ["interaction_required"] = "The provider answered interaction_required: it has something to ask you first.",
        ["consent_required"] = "The provider answered consent_required: you have not allowed this application yet.",
        ["account_selection_required"] = "The provider answered account_selection_required: it does not know which account you mean.",
    };

    /// <summary>Whether a silent request was answered by one of the errors meant for it (OpenID Connect Core §3.1.2.6).</summary>
    public static bool IsSilentRefusal(string? errorCode) =>
        errorCode is "login_required" or "interaction_required" or "consent_required" or "account_selection_required";

    public static IResult Welcome(SampleClientOptions settings, AntiforgeryTokenSet token, string? notice) => Page(
        "Sample client", StatusCodes.Status200OK, Html.Of($"""
        {Notice(notice)}
        <section class="card hero">
          <h1>Welcome</h1>
          <p>This small application knows its users from an OpenID Connect provider. Sign in to see what it is told about you.</p>
          <div class="actions">
            {Button("/login", "Log in", token, "primary")}
            {Button("/register", "Register", token)}
            {Button("/silent", "Check session (prompt=none)", token)}
          </div>
        </section>
        <section class="card">
          <h2>Where you are going</h2>
          <dl class="facts">
            <div><dt>Provider</dt><dd>{settings.Authority}</dd></div>
            <div><dt>Client</dt><dd>{settings.ClientId} ({(settings.ClientSecret is null ? "public, with PKCE" : "confidential, with PKCE")})</dd></div>
            <div><dt>Scope</dt><dd>{settings.Scope}</dd></div>
          </dl>
        </section>
        """));

    public static IResult Account(SignedInUser user, AntiforgeryTokenSet token, string? notice)
    {
        var name = Text(user.UserInfo, "name") ?? Text(user.Claims, "name")
            ?? Text(user.UserInfo, "preferred_username") ?? Text(user.UserInfo, "email") ?? user.Subject;
        var email = Text(user.UserInfo, "email") ?? Text(user.Claims, "email");
        return Page(name, StatusCodes.Status200OK, Html.Of($"""
            {Notice(notice)}
            <section class="card hero">
              <h1 id="name">{name}</h1>
              {(email is null ? Html.Empty : Html.Of($"<p id=\"email\">{email}</p>"))}
              <p>You are signed in. {Expiry(user.ExpiresAt)}</p>
              <div class="actions">
                {(user.Tokens.RefreshToken is null ? Html.Empty : Button("/refresh", "Refresh tokens", token, "primary"))}
                {Button("/userinfo", "Reload user information", token)}
                {Button("/silent", "Check session (prompt=none)", token)}
                {Button("/logout", "Log out", token)}
              </div>
            </section>
            {ClaimsTable("id-token", "ID token", "Signed by the provider and verified here: who signed in, when and how.", user.Claims)}
            {ClaimsTable("userinfo", "User information", "Fetched with the access token.", user.UserInfo)}
            """));
    }

    public static IResult Message(string title, string detail, int status) => Page(title, status, Html.Of($"""
        <section class="card hero">
          <h1>{title}</h1>
          <p>{detail}</p>
          <p><a class="button primary" href="/">Go to the start page</a></p>
        </section>
        """));

    public static IResult Refusal(LoginRefusedException refusal) => Page(refusal.Message, refusal.Status, Html.Of($"""
        <section class="card hero problem">
          <h1>{refusal.Message}</h1>
          {(refusal.ErrorCode is null ? Html.Empty : Html.Of($"<p>Error: <code id=\"error\">{refusal.ErrorCode}</code></p>"))}
          <p>{refusal.Detail}</p>
          <p><a class="button primary" href="/">Start again</a></p>
        </section>
        """));

    /// <summary>A file that was built into the program, with a tag by which browsers keep it.</summary>
    public static IResult Asset(HttpContext http, string name, string contentType)
    {
        http.Response.Headers.CacheControl = "no-cache";
        var assembly = typeof(Pages).Assembly;
        var tag = new EntityTagHeaderValue($"\"{assembly.ManifestModule.ModuleVersionId:N}\"");
        return Results.Stream(assembly.GetManifestResourceStream(name)!, contentType, entityTag: tag);
    }

    private static IResult Page(string title, int status, Html content) => Results.Text(
        Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>{title}</title>
          <link rel="icon" href="/icon.svg">
          <link rel="stylesheet" href="/site.css">
        </head>
        <body>
          <header><a href="/"><img src="/icon.svg" width="28" height="28" alt=""> Sample client</a></header>
          <main>
        {content}
          </main>
        </body>
        </html>

        """).Markup, "text/html; charset=utf-8", statusCode: status);

    private static Html Button(string action, string label, AntiforgeryTokenSet token, string style = "") => Html.Of($"""
        <form method="post" action="{action}"><input type="hidden" name="{token.FormFieldName}" value="{token.RequestToken}"><button class="button {style}">{label}</button></form>
        """);

    private static Html Notice(string? key) =>
        key is not null && Notices.TryGetValue(key, out var text) ? Html.Of($"""<p class="notice" role="status">{text}</p>""") : Html.Empty;

    private static Html Expiry(DateTimeOffset? expiresAt) => expiresAt switch
    {
        null => Html.Of($"The provider did not say when the access token expires."),
        { } time when time <= DateTimeOffset.UtcNow => Html.Of($"The access token has expired; refresh it."),
        { } time => Html.Of($"The access token expires at <time id=\"expires\">{Utc(time)}</time>, in {Remaining(time)}."),
    };

    private static string Remaining(DateTimeOffset time)
    {
        var left = time - DateTimeOffset.UtcNow;
        return left.TotalMinutes >= 2 ? $"{(int)left.TotalMinutes} minutes" : $"{(int)left.TotalSeconds} seconds";
    }

    private static Html ClaimsTable(string id, string title, string explanation, JsonElement claims) => Html.Of($"""
        <section class="card">
          <h2>{title}</h2>
          <table id="{id}">
            <caption>{explanation}</caption>
            <thead><tr><th scope="col">Claim</th><th scope="col">Value</th></tr></thead>
            <tbody>
            {Html.Join(claims.EnumerateObject().Select(claim => Html.Of($"<tr><th scope=\"row\">{claim.Name}</th><td>{Value(claim)}</td></tr>")))}
            </tbody>
          </table>
        </section>
        """);

    // Times are seconds since 1970 in tokens (RFC 7519 §2); people prefer dates.
    private static string Value(JsonProperty claim) =>
        claim.Name is "exp" or "iat" or "auth_time" or "updated_at" && claim.Value.TryGetInt64(out var seconds) && seconds is >= 0 and < 253_402_300_800
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds} ({Utc(DateTimeOffset.FromUnixTimeSeconds(seconds))})")
            : claim.Value.ValueKind == JsonValueKind.String ? claim.Value.GetString()! : claim.Value.GetRawText();

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
