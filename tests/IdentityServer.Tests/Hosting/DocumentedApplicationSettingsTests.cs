using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Hosting;

/// <summary>docs/applications.md, and docs/forms.md where it sends its readers, name every setting of an application.</summary>
public sealed class DocumentedApplicationSettingsTests
{
    private static readonly string Documents = Repository.Read("docs/applications.md") + Repository.Read("docs/forms.md");

    public static TheoryData<string> Names => [.. NamesIn(typeof(ApplicationSettings)).Distinct().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_setting_is_documented(string name) =>
        Assert.Matches($@"[`""]{System.Text.RegularExpressions.Regex.Escape(name)}(\.\w+)*[`""]", Documents);

    private static IEnumerable<string> NamesIn(Type type) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.GetCustomAttribute<JsonExtensionDataAttribute>() is null
        let section = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
        let own = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name)
        from name in section.IsClass && section.Assembly == type.Assembly ? [own, .. NamesIn(section)] : (string[])[own]
        select name;
}
