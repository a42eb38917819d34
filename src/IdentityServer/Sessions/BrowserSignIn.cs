using IdentityServer.Users;

namespace IdentityServer.Sessions;

/// <summary>Begins the session of a person who has just proved with their password who they are, in this browser.</summary>
public sealed class BrowserSignIn(BrowserSessions sessions, SessionCookie cookie)
{
    // RFC 8176 §2.
    private const string Password = "pwd";

    /// <summary>The session; null if the person was shut out in this very moment.</summary>
    public async Task<SignedIn?> BeginAsync(HttpContext http, User user, bool persistent, CancellationToken cancellation)
    {
        var started = await sessions.StartAsync(
            new NewSession
            {
                User = user,
                Amr = Password,
                Persistent = persistent,
                PreviousSecret = cookie.Read(http),
                UserAgent = http.Request.Headers.UserAgent,
                Address = http.Connection.RemoteIpAddress?.ToString(),
            },
            cancellation);
        if (started is null)
        {
            return null;
        }

        cookie.Write(http, started);
        return new SignedIn(started.Session, user);
    }
}
