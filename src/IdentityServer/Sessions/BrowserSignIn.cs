using IdentityServer.Users;

namespace IdentityServer.Sessions;

/// <summary>Begins the session of a person who has just proved who they are, in this browser.</summary>
public sealed class BrowserSignIn(BrowserSessions sessions, SessionCookie cookie)
{
    /// <summary>The session; null if the person was shut out in this very moment.</summary>
    public async Task<SignedIn?> BeginAsync(HttpContext http, Proof proof, bool persistent, CancellationToken cancellation)
    {
        var started = await sessions.StartAsync(
            new NewSession
            {
                Proof = proof,
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
        return new SignedIn(started.Session, proof.User);
    }
}
