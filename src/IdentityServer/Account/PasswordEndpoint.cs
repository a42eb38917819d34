using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>
/// <c>/account/password</c>: a new password, or the first of somebody who came in without. A fresh sign-in stands for the old one,
/// which not everybody has.
/// </summary>
internal sealed class PasswordEndpoint(
    AccountGate gate, PostGuard guard, PasswordChange passwords, Administrators administrators, Database database, TimeProvider clock)
{
    private const string Password = "user.password";
    private const string Saved = "saved";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.AccountPassword, (HttpContext http, PasswordEndpoint endpoint, CancellationToken cancellation) => endpoint.ShowAsync(http, cancellation));
        routes.MapPost(Paths.AccountPassword, (HttpContext http, PasswordEndpoint endpoint, CancellationToken cancellation) => endpoint.SetAsync(http, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, CancellationToken cancellation) =>
        (await gate.RequireAsync(http, fresh: true, cancellation)).Refused(out var elsewhere, out var signedIn)
            ? elsewhere
            : Page.Show(await ModelAsync(signedIn.User, cancellation) with { Saved = http.Request.Query.ContainsKey(Saved) });

    private async Task<IResult> SetAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var (user, session) = (signedIn.User, signedIn.Session);
        var model = await ModelAsync(user, cancellation);
        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form)
        {
            return Page.Show(model with { Errors = AccountForm.Stale() });
        }

        model = model with { EndOthers = form.ContainsKey("endOthers") };
        if ((await passwords.PrepareAsync(user, form[Password].ToString(), model.PasswordMinLength, cancellation)).Failed(out var errors, out var hash))
        {
            if (!PasswordGate.IsBusy(errors, out var seconds))
            {
                return Page.Show(model with { Errors = errors });
            }

            http.Response.Headers.RetryAfter = seconds;
            return Page.Show(model with { Errors = errors }, StatusCodes.Status503ServiceUnavailable);
        }

        var set = await database.WriteAsync(
            async (db, token) =>
            {
                var done = await passwords.SetAsync(db, user, hash, token);
                if (done && model.EndOthers)
                {
                    await UserSessions.EndOthersAsync(db, user.Id, session.Id, clock.GetUtcNow(), token);
                }

                return done;
            },
            cancellation);

        // Somebody else set one in the same moment: whoever it was, the person looks again.
        return set ? new Redirect($"{Paths.AccountPassword}?{Saved}=true") : Page.Show(model with { Errors = AccountForm.Stale() });
    }

    private async Task<PasswordPage> ModelAsync(User user, CancellationToken cancellation) => new()
    {
        Navigation = AccountNavigation.For(user, Paths.AccountPassword),
        LoginId = user.Email ?? user.Username ?? string.Empty,
        HasPassword = user.PasswordHash is not null,
        PasswordMinLength = await administrators.IsOneAsync(user.Id, cancellation) ? PasswordRules.AdministratorMinLength : PasswordRules.MinLength,
    };
}
