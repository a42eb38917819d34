using IdentityServer.Applications;
using IdentityServer.Forms;
using IdentityServer.Users;

namespace IdentityServer.Registrations;

/// <summary>What somebody who signs in to an application still has to say before they are in.</summary>
/// <param name="Form">The application's form, with the fields that they never answered.</param>
/// <param name="Known">What is known of the others: conditions see it.</param>
public sealed record Completion(Form Form, Answers Known)
{
    private static readonly IReadOnlySet<Guid> NoConsents = new HashSet<Guid>();

    /// <summary>Whether it takes the person's consents to know.</summary>
    public static bool NeedsConsents(Application application, Registration? registration, FormCatalog forms) =>
        IsAsked(application, registration) && forms.RegistrationForm(application).Fields.Any(field => field.Definition is { Required: true, ConsentId: not null });

    /// <summary>What is missing; null if nothing is, or nobody asks.</summary>
    public static Completion? Of(Application application, User user, Registration? registration, IReadOnlySet<Guid>? consents, FormCatalog forms)
    {
        if (!IsAsked(application, registration))
        {
            return null;
        }

        // Who can sign in has what it takes to sign in.
        var whole = forms.SelfRegistrationForm(application);
        var form = whole.Narrow(field => !field.IsSecret);
        var known = PersonAnswers.Read(form, user, registration, consents ?? NoConsents);
        var findings = FormCheck.Check(form, known);
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in form.Fields)
        {
            var (key, definition) = (field.Key.Text, field.Definition);
            var answered = !known.IsBlank(key) && known[key].Count > 0;
            var dependsOnMissing = new[] { definition.VisibleIf, definition.RequiredIf }.Any(condition => condition is not null && missing.Contains(condition.Key));
            if (!answered && (findings.Required.Contains(key) || dependsOnMissing))
            {
                missing.Add(key);
            }
        }

        if (!findings.Required.Any(missing.Contains))
        {
            return null;
        }

        // An address that somebody gets only now is proven as it is where people register, for the same reasons.
        var rest = form.Narrow(field => missing.Contains(field.Key.Text));
        return new(whole.Verifications.Any() ? rest.Verifying() : rest, known);
    }

    // §3.1 of the compatibility notes for those who are not registered; for the others as the application says.
    private static bool IsAsked(Application application, Registration? registration)
    {
        var settings = application.Settings.RegistrationConfiguration;
        var hasForm = settings.Type is RegistrationType.Advanced;
        return settings.Enabled && (registration is null
            ? hasForm || settings.CompleteRegistration == true || application.AllowsLink // Who came by a link filled in no form.
            : settings.CompleteRegistration ?? hasForm);
    }
}
