using IdentityServer.Users;

namespace IdentityServer.Sessions;

/// <summary>Begins the session of a person who has just proved who they are, in this browser.</summary>
public sealed class BrowserSignIn(BrowserSessions sessions, SessionCookie cookie, BrowserCookie browser)
{
    /// <summary>The session, for <paramref name="applicationId"/> if an application asks; null if the person was shut out in this very moment.</summary>
    public Task<SignedIn?> BeginAsync(HttpContext http, Proof proof, Guid? applicationId, bool persistent, CancellationToken cancellation) =>
        BeginAsync(http, proof, applicationId, persistent, null, cancellation);

    /// <summary>
    /// A session of two factors in place of this one, whose holder has just given the second. Null: the session has ended, or the
    /// person was shut out, in this very moment.
    /// </summary>
    public Task<SignedIn?> RaiseAsync(HttpContext http, SignedIn signedIn, string amr, CancellationToken cancellation) =>
        BeginAsync(http, new Proof(signedIn.User, signedIn.Session.AuthenticationType, amr), null, signedIn.Session.Persistent, signedIn.Session, cancellation);

    private async Task<SignedIn?> BeginAsync(
        HttpContext http, Proof proof, Guid? applicationId, bool persistent, Session? raises, CancellationToken cancellation)
    {
        var started = await sessions.StartAsync(
            new NewSession
            {
                Proof = proof,
                Persistent = persistent,
                PreviousSecret = cookie.Read(http),
                OtherSecrets = cookie.ReadOthers(http),
                Raises = raises,
                Browser = browser.Ensure(http),
                UserAgent = http.Request.Headers.UserAgent,
                Address = http.Connection.RemoteIpAddress?.ToString(),
                ApplicationId = applicationId,
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
