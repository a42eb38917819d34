using IdentityServer.Audit;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>Self-registration: creates the person and their registration, both or neither, and signs them in.</summary>
internal sealed class RegisterStep(Registrar registrar, RegistrationBrake brake, SignIn signIn)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "register";

    private const string Email = "user.email";
    private const string Password = "user.password";
    private const string FullName = "user.fullName";

    /// <summary>The page as it opens, or, after a post that does not count, with what was typed.</summary>
    public static IResult Show(StepContext context, RequestParameters? stale) => Page.Show(
        stale is null ? Model(context) with { Email = context.Request.LoginHint } : Model(context, stale) with { Errors = StepErrors.Stale() });

    /// <summary>Handles the post. Of what it brings, three fields are read; nothing else can be set.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, RequestParameters form, CancellationToken cancellation)
    {
        var model = Model(context, form);
        if (CheckBlank(model, form) is { Any: true } blank)
        {
            return Again(model, blank);
        }

        if (!brake.TryCharge(context.Http.Connection.RemoteIpAddress, out var retryAfter))
        {
            return Again(model, StepErrors.TooManyRequests(context.Http, retryAfter), StatusCodes.Status429TooManyRequests);
        }

        var user = new NewUser { Email = model.Email, FullName = model.FullName, Password = form[Password] };
        var registration = new NewRegistration { ApplicationId = context.Application.Id, Verified = true };
        if ((await registrar.CreateAsync(user, registration, AuditLog.System, cancellation)).Failed(out var errors, out var registered))
        {
            if (!PasswordGate.IsBusy(errors, out var seconds))
            {
                return Again(model, errors);
            }

            context.Http.Response.Headers.RetryAfter = seconds;
            return Again(model, errors, StatusCodes.Status503ServiceUnavailable);
        }

        return await signIn.BeginAsync(context, registered.User, persistent: false, cancellation) ?? new StepOutcome.Refused(OAuthError.AccessDenied);
    }

    private static RegisterPage Model(StepContext context) => new()
    {
        Action = context.Action,
        Interaction = context.Sealed,
        Application = context.ApplicationView,
        LoginUrl = context.LoginUrl,
        PasswordMinLength = PasswordRules.MinLength,
    };

    private static RegisterPage Model(StepContext context, RequestParameters typed) =>
        Model(context) with { Email = typed[Email]?.Trim(), FullName = typed[FullName]?.Trim() };

    private static FieldErrors CheckBlank(RegisterPage model, RequestParameters form)
    {
        var errors = new FieldErrors();
        if (string.IsNullOrEmpty(model.FullName))
        {
            errors.Add(FullName, "blank", "Enter your name.");
        }

        if (string.IsNullOrEmpty(model.Email))
        {
            errors.Add(Email, "blank", "Enter your e-mail address.");
        }

        if (!form.Has(Password))
        {
            errors.Add(Password, "blank", "Enter a password.");
        }

        return errors;
    }

    private static StepOutcome.Answered Again(RegisterPage model, FieldErrors errors, int status = StatusCodes.Status200OK) =>
        new(Page.Show(model with { Errors = errors }, status));
}
