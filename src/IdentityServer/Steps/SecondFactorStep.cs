using IdentityServer.Browsers;
using IdentityServer.Factors;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Prove a second factor, of a sign-in that waits for it or for a session that has but one.</summary>
internal sealed class SecondFactorStep(SecondFactors factors, SignIn signIn, TrustedBrowsers trusted, BrowserCookie browserCookie)
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
            return new StepOutcome.Answered(Page.Show(model));
        }

        if (string.IsNullOrWhiteSpace(form[FactorFindings.Code]))
        {
            return Again(model, FactorFindings.Blank());
        }

        var (user, http) = (context.Proving!, context.Http);
        switch (await factors.ProveAsync(user, form[FactorFindings.Code], http.Connection.RemoteIpAddress, cancellation))
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

    private async Task<SecondFactorPage> ModelAsync(StepContext context, RequestParameters? form, CancellationToken cancellation)
    {
        var user = context.Proving!;
        var ways = new List<string>();
        if ((await factors.ListAsync(user.Id, cancellation)).Exists(method => method.Kind is TwoFactorKind.Authenticator))
        {
            ways.Add(SecondFactorPage.Authenticator);
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
            OtherWays = [.. ways.Where(other => other != way).Select(other => new FactorWay(other))],
            TrustDays = trusted.DaysAt(context.Application),
            Trust = form?.Has(Trust) == true,
        };
    }

    private static StepOutcome.Answered Again(SecondFactorPage model, FieldErrors errors, int status = StatusCodes.Status200OK) =>
        new(Page.Show(model with { Errors = errors }, status));
}
