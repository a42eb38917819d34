using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Forms;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Steps;
using IdentityServer.Themes;
using IdentityServer.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.OpenId;

/// <summary>
/// Takes a checked authorize request to its end: hands a post to its step, asks <see cref="NextStep"/> what is due, and shows that
/// page or issues the code.
/// </summary>
internal sealed class AuthorizeFlow(
    Database database,
    BrowserAccounts accounts,
    PostGuard guard,
    SealedInteraction sealing,
    HalfSignInCookie halfSignIns,
    SignIn signIn,
    LoginStep login,
    PasskeyStep passkey,
    LinkStep link,
    SecondFactorStep secondFactor,
    SetUpFactorStep setUpFactor,
    RegisterStep register,
    ChangePasswordStep changePassword,
    VerifyEmailStep verifyEmail,
    CompleteStep complete,
    KeepAccountStep keepAccount,
    SelectAccountStep selectAccount,
    FormCatalog forms,
    Profiles profiles,
    AuthorizationCodes codes,
    AuthorizeReply reply,
    ThemeCatalog themes,
    IOptions<ServerOptions> options,
    TimeProvider clock)
{
    /// <summary>The field by which a page of ours says which step it is.</summary>
    public const string StepField = AuthorizeStep.Field;

    private const string InteractionField = "interaction";

    private static readonly HotQuery<Func<ServerDbContext, Guid, Guid, Task<Standing?>>> ReadStanding = new(() =>
        EF.CompileAsyncQuery((ServerDbContext db, Guid userId, Guid applicationId) =>
            (from user in db.Users
             from registration in db.Registrations.Where(row => row.UserId == user.Id && row.ApplicationId == applicationId).DefaultIfEmpty()
             from consent in db.Consents.Where(row => row.UserId == user.Id && row.ApplicationId == applicationId).DefaultIfEmpty()
             where user.Id == userId
             select new Standing(registration, consent)).FirstOrDefault()));

    /// <summary>The answer to this request, or to this post of one of its steps.</summary>
    public async Task<IResult> RunAsync(
        HttpContext http,
        AuthorizeRequest request,
        Application application,
        bool registering,
        string? hintedSubject,
        RequestParameters? post,
        FormPost? answers,
        CancellationToken cancellation)
    {
        var (found, interaction, others) = await accounts.FindAsync(http, request, application, hintedSubject, post?[InteractionField], cancellation);
        var standing = found is null ? null : new Standing(found.Registration, found.Consent);
        var context = new StepContext
        {
            Http = http,
            Request = request,
            Application = application,
            Scopes = application.Client.NarrowScope(request.Scope),
            Registering = registering,
            HintedSubject = hintedSubject,
            SignedIn = found?.SignedIn,
            Others = others,
            Half = await halfSignIns.FindAsync(http, SealedInteraction.Fingerprint(request.Parameters), cancellation),
            Interaction = interaction,
            Sealed = interaction is null ? null : post?[InteractionField], // As it came, so that it grows no older life.
            Posted = answers,
        };

        if (post is null)
        {
            return await GoOnAsync(context, standing, null, cancellation);
        }

        // Another site's post, or one from before a sign-in in another tab, does nothing. The page says so and keeps what was typed.
        if (!await guard.AllowsAsync(http))
        {
            return await GoOnAsync(context, standing, post, cancellation);
        }

        switch (await HandleAsync(context, standing, post, cancellation))
        {
            case StepOutcome.Answered answered:
                return answered.Result;
            case StepOutcome.Refused refused:
                return reply.Refuse(request, application, refused.Error);
            case StepOutcome.Halfway halfway:
                context = context with { Half = halfway.SignIn };
                break;
            case StepOutcome.Done done:
                context = context with
                {
                    Half = null,
                    Others = [.. (context.SignedIn is { } before ? context.Others.Prepend(before) : context.Others).Where(other => other.User.Id != done.SignedIn.User.Id)],
                    SignedIn = done.SignedIn,
                    Interaction = done.Interaction,
                    Sealed = sealing.Seal(done.Interaction, request.Parameters),
                };
                break;
        }

        // A step may have changed who it is, or what they are.
        standing = context.SignedIn is { User.Id: var userId }
            ? await database.ReadAsync((db, _) => ReadStanding.On(db)(db, userId, application.Id), cancellation)
            : null;
        return await GoOnAsync(context, standing, null, cancellation);
    }

    // A step that is not due any more, because another tab was faster, is passed over: what is due is asked next.
    private async Task<StepOutcome?> HandleAsync(StepContext context, Standing? standing, RequestParameters post, CancellationToken cancellation) =>
        post[StepField] switch
        {
            LoginStep.Name => await login.HandleAsync(context, post, cancellation),
            PasskeyStep.Name => await passkey.HandleAsync(context, post, cancellation),
            LinkStep.Name => await link.HandleAsync(context, post, cancellation),
            SecondFactorStep.Name when await IsDueAsync(Step.SecondFactor, context, standing, cancellation) =>
                await secondFactor.HandleAsync(context, post, cancellation),
            SetUpFactorStep.Name when await IsDueAsync(Step.SetUpFactor, context, standing, cancellation) =>
                await setUpFactor.HandleAsync(context, post, cancellation),
            RegisterStep.Name when context.Registering => await register.HandleAsync(context, cancellation),
            ChangePasswordStep.Name => await changePassword.HandleAsync(context, cancellation),
            VerifyEmailStep.Name => await verifyEmail.HandleAsync(context, cancellation),
            CompleteStep.Name when await FindMissingAsync(context, standing, cancellation) is { } missing =>
                await complete.HandleAsync(context with { Completion = missing }, cancellation),
            KeepAccountStep.Name when await IsDueAsync(Step.KeepAccount, context, standing, cancellation) =>
                await keepAccount.HandleAsync(context, post, cancellation),
            ConsentStep.Name when context.SignedIn is not null => ConsentStep.Handle(context, post),
            SelectAccountStep.Name when context.SignedIn is not null || context.Others.Count > 0 => selectAccount.Handle(context, post),
            _ => null,
        };

    private async Task<IResult> GoOnAsync(StepContext context, Standing? standing, RequestParameters? stale, CancellationToken cancellation)
    {
        context = context with { Completion = await FindMissingAsync(context, standing, cancellation) };
        var (step, refusal) = NextStep.Decide(await SituationAsync(context, standing, cancellation));
        return refusal is not null ? reply.Refuse(context.Request, context.Application, refusal)
            : step is { } due ? await ShowAsync(due, context, stale, cancellation)
            : await IssueAsync(context, standing?.Registration, cancellation);
    }

    // A second factor is proved or set up only where that is what is due: nothing before it can be skipped by posting it.
    private async Task<bool> IsDueAsync(Step step, StepContext context, Standing? standing, CancellationToken cancellation) =>
        NextStep.Decide(await SituationAsync(context, standing, cancellation)).Step == step;

    private async Task<Situation> SituationAsync(StepContext context, Standing? standing, CancellationToken cancellation) =>
        new()
        {
            Request = context.Request,
            Registering = context.Registering,
            Application = context.Application,
            Scopes = context.Scopes,
            Session = context.SignedIn?.Session,
            User = context.SignedIn?.User,
            Half = context.Half,
            Trusted = context.SignedIn is { } held && await signIn.IsTrustedAsync(context, held.User, held.Session.Amr, cancellation),
            Registration = standing?.Registration,
            Consent = standing?.Consent,
            Completion = context.Completion,
            Interaction = context.Interaction,
            HintedSubject = context.HintedSubject,
            WantsAnotherAccount = context.WantsAnotherAccount,
            Limits = options.Value.Sessions,
            WantsToChoose = context.WantsToChoose,
            HasOtherAccounts = context.Others.Any(other => NextStep.IsAbout(context.Request, context.HintedSubject, other.User)),
            Now = clock.GetUtcNow(),
        };

    private async Task<Completion?> FindMissingAsync(StepContext context, Standing? standing, CancellationToken cancellation)
    {
        if (context.SignedIn is not { User: { } user })
        {
            return null;
        }

        var (application, registration) = (context.Application, standing?.Registration);
        var consents = Completion.NeedsConsents(application, registration, forms) ? await profiles.ConsentsAsync(user.Id, cancellation) : null;
        return Completion.Of(application, user, registration, consents, forms);
    }

    private async Task<IResult> ShowAsync(Step step, StepContext context, RequestParameters? stale, CancellationToken cancellation) => step switch
    {
        Step.Login => await link.ShowAsync(context, stale is not null, cancellation) ?? login.Show(context, stale),
        Step.SecondFactor => await secondFactor.ShowAsync(context, stale, cancellation),
        Step.SetUpFactor => setUpFactor.Show(context, stale),
        Step.Register => await register.ShowAsync(context, stale is not null, cancellation),
        Step.ChangePassword => await changePassword.ShowAsync(context, stale is not null, cancellation),
        Step.VerifyEmail => verifyEmail.Show(context, stale is not null),
        Step.Complete => await complete.ShowAsync(context, stale is not null, cancellation),
        Step.KeepAccount => keepAccount.Show(context),
        Step.SelectAccount => SelectAccountStep.Show(context),
        _ => ConsentStep.Show(context),
    };

    private async Task<IResult> IssueAsync(StepContext context, Registration? registration, CancellationToken cancellation)
    {
        var registers = registration is null && context.Application.AllowsRegistration;
        var code = await codes.IssueAsync(
            new CodeIssue
            {
                Application = context.Application,
                User = context.SignedIn!.User,
                Session = context.SignedIn.Session,
                Request = context.Request,
                Scopes = context.Scopes,
                Resources = context.Application.Client.NarrowResources(context.Request.Resources),
                Register = registers,
                RememberConsent = context.Interaction is { Consented: true },
            },
            cancellation);
        return code is null
            ? await GoOnAsync(context with { SignedIn = null, Interaction = null, Sealed = null }, null, null, cancellation) // Signed out in another tab.
            : reply.Accept(
                context.Request,
                context.Application,
                code,
                LanguageNegotiation.Choose(context.Http.Request, null, themes.Find(null).Languages),
                registration is not null || registers ? "Authenticated" : "AuthenticatedNotRegistered");
    }

    private sealed record Standing(Registration? Registration, Consent? Consent);
}
