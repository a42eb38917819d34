using IdentityServer.Browsers;
using IdentityServer.Factors;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Prove a second factor, of a sign-in that waits for it or for a session that has but one.</summary>
internal sealed class SecondFactorStep(
    SecondFactors factors, MailedCodes mailed, SignIn signIn, TrustedBrowsers trusted, BrowserCookie browserCookie, ThemeCatalog themes)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "second_factor";

    private const string Choose = "choose";
    private const string Way = "way";
    private const string Trust = "trust";

    /// <summary>The page as it opens, or, after a post that does not count, with what was chosen.</summary>
    public async Task<IResult> ShowAsync(StepContext context, RequestParameters? stale, CancellationToken cancellation)
    {
        var page = await ModelAsync(context, stale, cancellation);
        return Page.Show(stale?[AuthorizeStep.Field] == Name ? page with { Errors = StepErrors.Stale() } : page);
    }

    /// <summary>Handles the post.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, RequestParameters form, CancellationToken cancellation)
    {
        if (form["decision"] == "start_over")
        {
            signIn.GiveUp(context);
            return new StepOutcome.Answered(new Redirect(context.StartOverUrl));
        }

        var model = await ModelAsync(context, form, cancellation);
        if (form.Has(Choose))
        {
            return model.Way == SecondFactorPage.Email
                ? await SendAsync(context, model, cancellation)
                : new StepOutcome.Answered(Page.Show(model));
        }

        if (string.IsNullOrWhiteSpace(form[FactorFindings.Code]))
        {
            return Again(model, FactorFindings.Blank());
        }

        var (user, http) = (context.Proving!, context.Http);
        switch (await factors.ProveAsync(user, form[FactorFindings.Code], http.Connection.RemoteIpAddress, cancellation, Transaction(context)))
        {
            case FactorOutcome.Wait wait:
                return Again(model, StepErrors.TooManyRequests(http, wait.RetryAfter), StatusCodes.Status429TooManyRequests);
            case FactorOutcome.Wrong:
                return Again(model, FactorFindings.Wrong());
            case FactorOutcome.Right right when await signIn.CompleteAsync(context, user, right.Amr, cancellation) is { } done:
                if (model is { Trust: true, TrustDays: not null })
                {
                    await trusted.TrustAsync(
                        user.Id, browserCookie.Ensure(http), context.Application, http.Request.Headers.UserAgent, http.Connection.RemoteIpAddress?.ToString(), cancellation);
                }

                return done;
            default: // The person was shut out, or signed out, or a credential changed, in this very moment.
                signIn.GiveUp(context);
                return new StepOutcome.Answered(new Redirect(context.StartOverUrl));
        }
    }

    private async Task<StepOutcome> SendAsync(StepContext context, SecondFactorPage model, CancellationToken cancellation)
    {
        browserCookie.Ensure(context.Http);
        var sent = await mailed.SendAsync(
            context.Proving!, Transaction(context)!, context.Http.Connection.RemoteIpAddress, [themes.LanguageOf(context.Http.Request)], cancellation);
        return sent
            ? new StepOutcome.Answered(Page.Show(model with { CodeSent = true }))
            : Again(model, new FieldErrors().AddGeneral("tooManyRequests", "Too many tries. Wait a little."), StatusCodes.Status429TooManyRequests);
    }

    // Mailed codes count in this browser and request. Where the mailbox was the first factor it is no second one.
    private string? Transaction(StepContext context) =>
        Amr.Has(context.ProvedBy, Amr.Email) || browserCookie.Read(context.Http) is not { } browser ? null : $"{browser}:{context.Fingerprint}";

    private async Task<SecondFactorPage> ModelAsync(StepContext context, RequestParameters? form, CancellationToken cancellation)
    {
        var user = context.Proving!;
        var ways = new List<string>();
        var methods = await factors.ListAsync(user.Id, cancellation);
        if (methods.Exists(method => method.Kind is TwoFactorKind.Authenticator))
        {
            ways.Add(SecondFactorPage.Authenticator);
        }

        if (methods.Exists(method => method.Kind is TwoFactorKind.Email) && mailed.CanReach(user) && !Amr.Has(context.ProvedBy, Amr.Email))
        {
            ways.Add(SecondFactorPage.Email);
        }

        if (await factors.CountRecoveryCodesAsync(user.Id, cancellation) > 0)
        {
            ways.Add(SecondFactorPage.Recovery);
        }

        var way = (form?[Choose] ?? form?[Way]) is { } chosen && ways.Contains(chosen) ? chosen : ways.FirstOrDefault() ?? SecondFactorPage.Authenticator;
        return new SecondFactorPage
        {
            Action = context.Action,
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            Account = StepContext.AccountView(user),
            Way = way,
            Address = way == SecondFactorPage.Email ? MailedCodes.Mask(user.Email!) : null,
            CodeSent = form?[Way] == SecondFactorPage.Email && way == SecondFactorPage.Email,
            OtherWays = [.. ways.Where(other => other != way).Select(other => new FactorWay(other))],
            TrustDays = trusted.DaysAt(context.Application),
            Trust = form?.Has(Trust) == true,
        };
    }

    private static StepOutcome.Answered Again(SecondFactorPage model, FieldErrors errors, int status = StatusCodes.Status200OK) =>
        new(Page.Show(model with { Errors = errors }, status));
}
