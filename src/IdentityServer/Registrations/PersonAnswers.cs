using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using IdentityServer.Forms;
using IdentityServer.Users;

namespace IdentityServer.Registrations;

/// <summary>
/// Between the values of a form and a person with their registration. Only what is named here can be set by a form; roles,
/// verification, ids and states are not.
/// </summary>
public static class PersonAnswers
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What is known of a person, as answers to the fields of a form. A password is never among it.</summary>
    public static Answers Read(Form form, User user, Registration? registration, IReadOnlySet<Guid> consents)
    {
        var (userData, registrationData) = (Parse(user.Data), Parse(registration?.Data ?? "{}"));
        var answers = new Answers();
        foreach (var field in form.Fields)
        {
            var value = field.Key.Place switch
            {
                _ when field.Definition.ConsentId is { } consent => JsonValue.Create(consents.Contains(consent)),
                FieldPlace.UserData => field.Key.Read(userData),
                FieldPlace.RegistrationData => field.Key.Read(registrationData),
                FieldPlace.User => Property(field.Key.Text, user),
                _ => Property(field.Key.Text, registration),
            };
            if (value is not null)
            {
                answers.Set(field.Key.Text, FormCheck.Show(field, value));
            }
        }

        return answers;
    }

    /// <summary>The person's details with what the values say of them. Null values take away.</summary>
    public static UserDetails Apply(UserDetails details, IEnumerable<FieldValue> values)
    {
        JsonObject? data = null;
        foreach (var (field, value) in values.Where(value => !value.Field.Key.OfRegistration && value.Field.Definition.ConsentId is null))
        {
            if (field.Key.Place is FieldPlace.UserData)
            {
                field.Key.Write(data ??= Parse(details.Data), value?.DeepClone());
            }
            else
            {
                details = Set(details, field.Key.Text, FormCheck.Text(value));
            }
        }

        return data is null ? details : details with { Data = data.ToJsonString(Json) };
    }

    /// <summary>The registration's details with what the values say of it. Null values take away.</summary>
    public static RegistrationDetails Apply(RegistrationDetails details, IEnumerable<FieldValue> values)
    {
        JsonObject? data = null;
        foreach (var (field, value) in values.Where(value => value.Field.Key.OfRegistration && value.Field.Definition.ConsentId is null))
        {
            if (field.Key.Place is FieldPlace.RegistrationData)
            {
                field.Key.Write(data ??= Parse(details.Data), value?.DeepClone());
            }
            else
            {
                details = Set(details, field.Key.Text, FormCheck.Text(value));
            }
        }

        return data is null ? details : details with { Data = data.ToJsonString(Json) };
    }

    /// <summary>Somebody new who says this of themselves.</summary>
    public static NewUser Create(IEnumerable<FieldValue> values)
    {
        var given = values.ToList();
        return (NewUser)Apply(new NewUser(), given) with
        {
            Password = FormCheck.Text(given.Find(value => value.Field.Key.Text == PredefinedFields.Password)?.Value),
        };
    }

    /// <summary>What the rules for people have against the values, as far as they go: the same as at the end, but step by step.</summary>
    public static FieldErrors Check(FormFindings findings)
    {
        var user = Create(findings.Values);
        var errors = UserRules.Check(user);
        if (user.Password is { } password)
        {
            PasswordRules.Check(password, UserDetails.Blank(user.Email), UserDetails.Blank(user.Username), user.PasswordMinLength, errors);
        }

        return errors;
    }

    private static UserDetails Set(UserDetails details, string key, string? value) => key switch
    {
        PredefinedFields.Email => details with { Email = value },
        PredefinedFields.Username => details with { Username = value },
        "user.firstName" => details with { FirstName = value },
        "user.middleName" => details with { MiddleName = value },
        "user.lastName" => details with { LastName = value },
        "user.fullName" => details with { FullName = value },
        "user.imageUrl" => details with { ImageUrl = value },
        "user.mobilePhone" or "user.phoneNumber" => details with { MobilePhone = value },
        "user.timezone" => details with { Timezone = value },
        "user.preferredLanguages" => details with { PreferredLanguages = First(value, details.PreferredLanguages) },
        "user.birthDate" => details with { BirthDate = value is null ? null : DateOnly.ParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture) },
        _ => details,
    };

    private static RegistrationDetails Set(RegistrationDetails details, string key, string? value) => key switch
    {
        "registration.username" => details with { Username = value },
        "registration.timezone" => details with { Timezone = value },
        "registration.preferredLanguages" => details with { PreferredLanguages = First(value, details.PreferredLanguages) },
        _ => details,
    };

    private static JsonNode? Property(string key, User user) => key switch
    {
        PredefinedFields.Email => user.Email,
        PredefinedFields.Username => user.Username,
        "user.firstName" => user.FirstName,
        "user.middleName" => user.MiddleName,
        "user.lastName" => user.LastName,
        "user.fullName" => user.FullName,
        "user.imageUrl" => user.ImageUrl,
        "user.mobilePhone" or "user.phoneNumber" => user.MobilePhone,
        "user.timezone" => user.Timezone,
        "user.preferredLanguages" => user.PreferredLanguages.FirstOrDefault(),
        "user.birthDate" => user.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => null,
    };

    private static JsonNode? Property(string key, Registration? registration) => key switch
    {
        "registration.username" => registration?.Username,
        "registration.timezone" => registration?.Timezone,
        "registration.preferredLanguages" => registration?.PreferredLanguages.FirstOrDefault(),
        PredefinedFields.Roles => registration is null ? null : new JsonArray([.. registration.Roles.Select(role => JsonValue.Create(role))]),
        _ => null,
    };

    // A form asks for one language; others that are known stay behind it.
    private static IReadOnlyList<string> First(string? language, IReadOnlyList<string> others) =>
        language is null ? [] : [language, .. others.Where(other => other != language)];

    private static JsonObject Parse(string data) => JsonNode.Parse(data)!.AsObject();
}
