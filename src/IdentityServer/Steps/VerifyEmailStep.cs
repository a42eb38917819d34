using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Recovery;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>
/// Asks somebody who is signed in to prove their address, where the application wants that: mails a link that this browser waits for,
/// and that leads back to this very request.
/// </summary>
internal sealed class VerifyEmailStep(AddressVerification verification, LinkCookie cookie, MailAvailability mail, ThemeCatalog themes)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "verifyEmail";

    // The link that the registration of this very post has mailed.
    private static readonly object Made = new();

    /// <summary>The page as it opens; after a registration, where the browser waits for the mail that it sent.</summary>
    public IResult Show(StepContext context, bool stale) => context.Http.Items.TryGetValue(Made, out var id)
        ? Waits((Guid)id!)
        : Page.Show(Model(context) with { Errors = stale ? StepErrors.Stale() : new FieldErrors() });

    /// <summary>Handles the post: sends the mail. Null if there is nothing to prove any more.</summary>
    public async Task<StepOutcome?> HandleAsync(StepContext context, CancellationToken cancellation)
    {
        if (context.SignedIn?.User is not { } user || !Admission.IsUnproven(user) || !mail.IsOn)
        {
            return null;
        }

        var made = await verification.AskAsync(user, LinkPurpose.VerifyEmail, Wish(context), cancellation);
        return new StepOutcome.Answered(made is not null
            ? Waits(made.Row.Id)
            : Page.Show(Model(context) with { Errors = new FieldErrors().AddGeneral("tooManyMails", "No more mails for now.") }));
    }

    /// <summary>Queues the mail for somebody who registers, in the transaction in which they do.</summary>
    public async Task QueueAsync(ServerDbContext db, StepContext context, User user, CancellationToken token)
    {
        if (mail.IsOn && Admission.IsUnproven(user)
            && await verification.QueueAsync(db, user, LinkPurpose.VerifyEmail, Wish(context), token) is { } made)
        {
            context.Http.Items[Made] = made.Row.Id;
        }
    }

    private static Redirect Waits(Guid id) => new($"{Paths.Waiting}/{id}");

    private RecoveryWish Wish(StepContext context) => new()
    {
        Application = context.Application,
        Browser = cookie.Take(context.Http),
        Address = context.Http.Connection.RemoteIpAddress,
        Return = context.Application.Unverified is UnverifiedBehavior.Allow ? null : context.LoginUrl, // Where nothing waits for it, nothing goes on.
        Languages = [themes.LanguageOf(context.Http.Request)],
    };

    private VerifyEmailPage Model(StepContext context) => new()
    {
        Action = context.Action,
        Interaction = context.Sealed,
        Step = Name,
        Application = context.ApplicationView,
        Address = context.SignedIn!.User.Email!,
        MailIsOn = mail.IsOn,
        AnotherAccountUrl = context.AnotherAccountUrl,
    };
}
