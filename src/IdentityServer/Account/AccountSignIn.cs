using System.Globalization;
using IdentityServer.Logins;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>Signs people in at an account page itself: no application waits for it, and there is nowhere else to go.</summary>
internal sealed class AccountSignIn(PasswordLogin logins, BrowserSignIn browser, PublicAddress address)
{
    private const string KeepSignedIn = "keepSignedIn";

    /// <summary>The page at <paramref name="action"/>, or what came of posting it; signed in, the person is sent back there.</summary>
    public async Task<IResult> HandleAsync(HttpContext http, string action, ApplicationView? application, RequestParameters? post, CancellationToken cancellation)
    {
        var model = new LoginPage { Action = action, Application = application ?? new ApplicationView(new Uri(address.Value).Host) };
        if (post is null)
        {
            return Page.Show(model);
        }

        var (loginId, password) = (post[LoginFindings.LoginId]?.Trim(), post[LoginFindings.Password]);
        model = model with { LoginId = loginId, KeepSignedIn = post.Has(KeepSignedIn) };
        if (LoginFindings.CheckBlank(loginId, password) is { Any: true } blank)
        {
            return Page.Show(model with { Errors = blank });
        }

        var outcome = await logins.AttemptAsync(new LoginAttempt(loginId!, password!, null, http.Connection.RemoteIpAddress), cancellation);
        if (outcome is LoginOutcome.SignedIn { User: { } user } && await browser.BeginAsync(http, new Proof(user, AuthenticationType.Password, Amr.Password), model.KeepSignedIn, cancellation) is not null)
        {
            http.Response.Headers.Location = action;
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        }

        return outcome switch
        {
            LoginOutcome.Busy busy => Later(busy.RetryAfter, "busy", "There is too much to do right now. Try again.", StatusCodes.Status503ServiceUnavailable),
            LoginOutcome.Throttled throttled => Later(throttled.RetryAfter, "tooManyRequests", "Too many tries. Wait a little.", StatusCodes.Status429TooManyRequests),

            // Who knew the password may learn that it is not the password.
            LoginOutcome.Disabled or LoginOutcome.Expired or LoginOutcome.PasswordChangeRequired =>
                Page.Show(model with { Errors = new FieldErrors().AddGeneral("accountUnusable", "This account can't be used.") }),
            _ => Page.Show(model with { Errors = LoginFindings.Wrong() }),
        };

        PageResult<LoginPage> Later(TimeSpan retryAfter, string reason, string message, int status)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return Page.Show(model with { Errors = new FieldErrors().AddGeneral(reason, message) }, status);
        }
    }
}
