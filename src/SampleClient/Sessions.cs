using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;

namespace SampleClient;

/// <summary>Somebody who is signed in here: the tokens, and what they say.</summary>
/// <param name="Tokens">The answer of the token endpoint. It never reaches the browser.</param>
/// <param name="ExpiresAt">When the access token ends, if the provider said so.</param>
/// <param name="Claims">The claims of the verified ID token.</param>
/// <param name="UserInfo">The answer of the userinfo endpoint.</param>
/// <param name="Nonce">The nonce of the login, which ID tokens from later refreshes may repeat.</param>
internal sealed record SignedInUser(TokenResponse Tokens, DateTimeOffset? ExpiresAt, JsonElement Claims, JsonElement UserInfo, string Nonce)
{
    public string Subject => Claims.GetProperty("sub").GetString()!;
}

/// <summary>One browser's session; the gate lets one request at a time exchange its tokens.</summary>
internal sealed class Session(SignedInUser user)
{
    public SignedInUser User { get; set; } = user;

    public SemaphoreSlim Gate { get; } = new(1, 1);
}

/// <summary>
/// Sessions live in this process; the browser only holds a random identifier. That is the simplest thing that keeps tokens
/// away from the browser. Several processes would share a distributed cache instead, and the keys of data protection with it.
/// </summary>
internal sealed class Sessions(IMemoryCache cache)
{
    private const string CookieName = "sample.session";
    private static readonly TimeSpan Idle = TimeSpan.FromHours(8);

    public Session? Find(HttpContext http) =>
        http.Request.Cookies[CookieName] is { } id ? cache.Get<Session>(Key(id)) : null;

    /// <summary>A login gets a new identifier, so that one known before it is worth nothing after it.</summary>
    public void Start(HttpContext http, SignedInUser user)
    {
        End(http);
        var id = RandomText.Create();
        cache.Set(Key(id), new Session(user), new MemoryCacheEntryOptions { SlidingExpiration = Idle, Size = 1 });
        http.Response.Cookies.Append(CookieName, id, SessionCookies.Options(http, lifetime: null));
    }

    public void End(HttpContext http)
    {
        if (http.Request.Cookies[CookieName] is not { } id)
            return;
        cache.Remove(Key(id));
        http.Response.Cookies.Delete(CookieName);
    }

    private static (string, string) Key(string id) => (CookieName, id);
}

/// <summary>How every cookie of this application is set.</summary>
internal static class SessionCookies
{
    /// <summary>
    /// Lax and not Strict: coming back from the provider is a navigation from another site, and must bring the cookie along.
    /// </summary>
    public static CookieOptions Options(HttpContext http, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = lifetime,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps,
    };
}
