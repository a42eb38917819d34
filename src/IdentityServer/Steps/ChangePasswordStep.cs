using IdentityServer.Data;
using IdentityServer.Protocol;
using IdentityServer.Recovery;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>
/// Asks somebody who is signed in for a new password, because an administrator wants it changed. Until then their session opens
/// nothing; afterwards there is no other.
/// </summary>
internal sealed class ChangePasswordStep(
    Database database, People people, Passwords passwords, PasswordChange change, PasswordReset reset, IEnumerable<IUserAccess> access, SignIn signIn, TimeProvider clock)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "changePassword";

    /// <summary>The page as it opens, or after a post that does not count.</summary>
    public async Task<IResult> ShowAsync(StepContext context, bool stale, CancellationToken cancellation) =>
        Page.Show(await ModelAsync(context, cancellation) with { Errors = stale ? StepErrors.Stale() : new FieldErrors() });

    /// <summary>Handles the post; null if nothing is to be changed any more.</summary>
    public async Task<StepOutcome?> HandleAsync(StepContext context, CancellationToken cancellation)
    {
        if (context.SignedIn is not { User: { PasswordChangeRequired: true } known, Session: var session })
        {
            return null;
        }

        var model = await ModelAsync(context, cancellation);
        if ((await PrepareAsync(known, context.Posted?[NewPasswordPage.Field].FirstOrDefault() ?? string.Empty, model.MinLength, cancellation)).Failed(out var errors, out var hash))
        {
            if (!PasswordGate.IsBusy(errors, out var seconds))
            {
                return Again(model, errors, StatusCodes.Status200OK);
            }

            context.Http.Response.Headers.RetryAfter = seconds;
            return Again(model, errors, StatusCodes.Status503ServiceUnavailable);
        }

        var set = await database.WriteAsync(
            async (db, token) =>
            {
                var done = await change.SetAsync(db, known, hash, token);
                foreach (var kind in done ? access : [])
                {
                    await kind.EndAsync(db, known.Id, applicationId: null, clock.GetUtcNow(), token);
                }

                return done;
            },
            cancellation);

        // Changed in another tab: what is due now is asked afresh.
        return !set || await people.FindAsync(known.Id, cancellation) is not { } user ? null
            : await signIn.BeginAsync(context, new Proof(user, session.AuthenticationType, session.Amr) { LoginId = user.Email ?? user.Username }, session.Persistent, cancellation)
                ?? new StepOutcome.Refused(OAuthError.AccessDenied);
    }

    private async Task<FieldResult<string>> PrepareAsync(User user, string password, int minLength, CancellationToken cancellation)
    {
        // An administrator wants another one, not the same again.
        switch (user.PasswordHash is { } old ? await passwords.VerifyAsync(old, password, cancellation) : PasswordVerdict.Wrong)
        {
            case PasswordVerdict.Busy:
                return PasswordGate.Busy();
            case PasswordVerdict.Right or PasswordVerdict.RightButOutdated:
                return new FieldErrors().Add(NewPasswordPage.Field, "unchanged", "This is the password that you have.");
            default:
                return await change.PrepareAsync(user, password, minLength, cancellation);
        }
    }

    private static StepOutcome.Answered Again(NewPasswordPage model, FieldErrors errors, int status) => new(Page.Show(model with { Errors = errors }, status));

    private async Task<NewPasswordPage> ModelAsync(StepContext context, CancellationToken cancellation)
    {
        var user = context.SignedIn!.User;
        return new NewPasswordPage
        {
            Action = context.Action,
            Reason = "required",
            Username = user.Email ?? user.Username ?? string.Empty,
            MinLength = await reset.MinLengthAsync(user, cancellation),
            Interaction = context.Sealed,
            Step = Name,
            Application = context.ApplicationView,
        };
    }
}
