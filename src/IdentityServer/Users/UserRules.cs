using System.Text.Json;
using IdentityServer.Data;

namespace IdentityServer.Users;

/// <summary>What must hold for a person's details, whoever sets them: a page, the management API, a file.</summary>
public static class UserRules
{
    private const int MaxName = 191;
    private const int MaxEmail = 254;
    private const int MaxUrl = 2048;
    private const int MaxShort = 64;
    private const int MaxPhone = 32;
    private const int MaxLanguages = 20;
    private const int MaxLanguage = 35; // RFC 5646 §4.4.1.

    /// <summary>Notes everything that is wrong.</summary>
    public static FieldErrors Check(UserDetails details)
    {
        var errors = new FieldErrors();
        CheckLoginIds(details, errors);
        CheckText("user.firstName", details.FirstName, MaxName, errors);
        CheckText("user.middleName", details.MiddleName, MaxName, errors);
        CheckText("user.lastName", details.LastName, MaxName, errors);
        CheckText("user.fullName", details.FullName, MaxName, errors);
        CheckText("user.mobilePhone", details.MobilePhone, MaxPhone, errors);
        CheckText("user.timezone", details.Timezone, MaxShort, errors);
        CheckUrl("user.imageUrl", details.ImageUrl, errors);
        CheckLanguages("user.preferredLanguages", details.PreferredLanguages, errors);
        CheckData("user.data", details.Data, errors);
        if (UserDetails.Blank(details.ParentEmail) is { } parent && CanonicalKey.Email(parent) is null)
        {
            errors.Add("user.parentEmail", "notEmail", "This is not an e-mail address.");
        }

        return errors;
    }

    /// <summary>Notes a text that can't be stored or shown as one line.</summary>
    public static void CheckText(string field, string? value, int longest, FieldErrors errors)
    {
        if (value is null)
        {
            return;
        }

        if (value.Trim().Length > longest)
        {
            errors.Add(field, "tooLong", $"At most {longest} characters.", new Dictionary<string, object> { ["max"] = longest });
        }
        else if (!Spelling.IsOneLine(value))
        {
            errors.Add(field, "invalid", "This holds characters that can't be stored.");
        }
    }

    /// <summary>Notes languages that are too many or none.</summary>
    public static void CheckLanguages(string field, IReadOnlyList<string> languages, FieldErrors errors)
    {
        if (languages.Count > MaxLanguages)
        {
            errors.Add(field, "tooMany", $"At most {MaxLanguages} languages.", new Dictionary<string, object> { ["max"] = MaxLanguages });
        }
        else if (languages.Any(language => language.Length is 0 or > MaxLanguage || !language.All(IsLanguageCharacter)))
        {
            errors.Add(field, "invalid", "This is not a language tag.");
        }
    }

    /// <summary>Notes free data that is no JSON object.</summary>
    public static void CheckData(string field, string data, FieldErrors errors)
    {
        try
        {
            using var document = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind is JsonValueKind.Object)
            {
                return;
            }
        }
        catch (JsonException)
        {
            // Told below, like any other data that is no object.
        }

        errors.Add(field, "invalidJSON", "This is not a JSON object.");
    }

    /// <summary>Reads from a refused write which person stood in the way; null if it was refused for something else.</summary>
    public static FieldErrors? Duplicate(Exception exception) =>
        !DatabaseErrors.IsDuplicate(exception, out var constraint) ? null
        : constraint.Contains(nameof(User.EmailKey), StringComparison.Ordinal)
            ? new FieldErrors().Add("user.email", "duplicate", "There is somebody with this e-mail address.")
        : constraint.Contains(nameof(User.UsernameKey), StringComparison.Ordinal)
            ? new FieldErrors().Add("user.username", "duplicate", "There is somebody with this user name.")
        : constraint.Contains("Users.Id", StringComparison.Ordinal) || constraint.Contains("PK_Users", StringComparison.Ordinal)
            ? new FieldErrors().Add("user.id", "duplicate", "There is somebody with this id.")
        : null;

    private static void CheckLoginIds(UserDetails details, FieldErrors errors)
    {
        var (email, username) = (UserDetails.Blank(details.Email), UserDetails.Blank(details.Username));
        if (email is null && username is null)
        {
            errors.Add("user.email", "blank", "Enter an e-mail address.");
        }

        if (email is { Length: > MaxEmail })
        {
            errors.Add("user.email", "tooLong", $"At most {MaxEmail} characters.", new Dictionary<string, object> { ["max"] = MaxEmail });
        }
        else if (email is not null && CanonicalKey.Email(email) is null)
        {
            errors.Add("user.email", "notEmail", "This is not an e-mail address.");
        }

        if (username is { Length: > MaxName })
        {
            errors.Add("user.username", "tooLong", $"At most {MaxName} characters.", new Dictionary<string, object> { ["max"] = MaxName });
        }
        else if (username is not null && CanonicalKey.Username(username) is null)
        {
            errors.Add("user.username", "invalid", "A user name has no @, no invisible characters, and letters of one script.");
        }
    }

    private static void CheckUrl(string field, string? value, FieldErrors errors)
    {
        CheckText(field, value, MaxUrl, errors);
        if (UserDetails.Blank(value) is { } url && !errors.Has(field)
            && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"))
        {
            errors.Add(field, "invalid", "This is not a web address.");
        }
    }

    private static bool IsLanguageCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';
}
