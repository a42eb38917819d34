using IdentityServer.Interactions;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>Begins the session of a person who has just proved who they are, in this browser, for this request.</summary>
internal sealed class SignIn(BrowserSessions sessions, SessionCookie cookie)
{
    // RFC 8176 §2.
    private const string Password = "pwd";

    /// <summary>The step's outcome; null if the person was shut out in this very moment.</summary>
    public async Task<StepOutcome?> BeginAsync(StepContext context, User user, bool persistent, CancellationToken cancellation)
    {
        var http = context.Http;
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
        return new StepOutcome.Done(new SignedIn(started.Session, user), new Interaction(started.Session.Id, Authenticated: true));
    }
}
