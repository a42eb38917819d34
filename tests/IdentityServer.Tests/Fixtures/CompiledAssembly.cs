using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace IdentityServer.Tests.Fixtures;

/// <summary>A member of another assembly that is referred to.</summary>
public sealed record ForeignMember(string Type, string Name);

/// <summary>
/// What an assembly's types refer to: base types, interfaces, fields, signatures, attributes and every instruction. A nested type,
/// which is also where the compiler puts lambdas and state machines, counts as its outermost one.
/// </summary>
public sealed class CompiledAssembly
{
    private static readonly Dictionary<short, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value, code => code.OperandType);

    private readonly Dictionary<string, References> read = new(StringComparer.Ordinal);

    public CompiledAssembly(Assembly assembly)
    {
        using var file = new PEReader(ImmutableArray.Create(File.ReadAllBytes(assembly.Location)));
        var metadata = file.GetMetadataReader();
        AssemblyReferences = [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        foreach (var handle in metadata.TypeDefinitions)
        {
            var name = References.NameOf(metadata, handle);
            if (!read.TryGetValue(name, out var references))
            {
                read.Add(name, references = new References(metadata));
            }

            references.AddType(file, metadata.GetTypeDefinition(handle));
        }
    }

    /// <summary>The outermost types, by their full names.</summary>
    public IEnumerable<string> Types => read.Keys;

    /// <summary>The assemblies that it refers to.</summary>
    public IReadOnlyList<string> AssemblyReferences { get; }

    /// <summary>The types of this assembly that a type refers to.</summary>
    public IEnumerable<string> ReferencesOf(string type) => read[type].Own;

    /// <summary>The members, and types without a member's name, of other assemblies that a type refers to.</summary>
    public IEnumerable<ForeignMember> ForeignMembersOf(string type) => read[type].Foreign;

    private sealed class References(MetadataReader metadata) : ISignatureTypeProvider<bool, object?>
    {
        public HashSet<string> Own { get; } = new(StringComparer.Ordinal);

        public HashSet<ForeignMember> Foreign { get; } = [];

        public static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
        {
            var type = metadata.GetTypeDefinition(handle);
            while (!type.GetDeclaringType().IsNil)
            {
                type = metadata.GetTypeDefinition(type.GetDeclaringType());
            }

            return FullName(metadata, type.Namespace, type.Name);
        }

        public void AddType(PEReader file, TypeDefinition type)
        {
            if (!type.BaseType.IsNil)
            {
                Add(type.BaseType);
            }

            foreach (var handle in type.GetInterfaceImplementations())
            {
                Add(metadata.GetInterfaceImplementation(handle).Interface);
            }

            foreach (var field in type.GetFields().Select(metadata.GetFieldDefinition))
            {
                field.DecodeSignature(this, null);
                AddAttributes(field.GetCustomAttributes());
            }

            foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition))
            {
                method.DecodeSignature(this, null);
                AddAttributes(method.GetCustomAttributes());
                if (method.RelativeVirtualAddress != 0)
                {
                    AddBody(file.GetMethodBody(method.RelativeVirtualAddress));
                }
            }

            AddAttributes(type.GetCustomAttributes());
        }

        private static string FullName(MetadataReader metadata, StringHandle space, StringHandle name) =>
            metadata.GetString(space) is { Length: > 0 } text ? $"{text}.{metadata.GetString(name)}" : metadata.GetString(name);

        private string NameOf(TypeReferenceHandle handle)
        {
            var type = metadata.GetTypeReference(handle);
            while (type.ResolutionScope.Kind is HandleKind.TypeReference)
            {
                type = metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
            }

            return FullName(metadata, type.Namespace, type.Name);
        }

        private void Add(EntityHandle handle, string member = "")
        {
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    Own.Add(NameOf(metadata, (TypeDefinitionHandle)handle));
                    break;
                case HandleKind.TypeReference:
                    Foreign.Add(new ForeignMember(NameOf((TypeReferenceHandle)handle), member));
                    break;
                case HandleKind.TypeSpecification:
                    metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.FieldDefinition:
                    Add(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodDefinition:
                    Add(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodSpecification:
                    var method = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                    method.DecodeSignature(this, null);
                    Add(method.Method);
                    break;
                case HandleKind.MemberReference:
                    AddMember(metadata.GetMemberReference((MemberReferenceHandle)handle));
                    break;
            }
        }

        private void AddAttributes(CustomAttributeHandleCollection attributes)
        {
            foreach (var attribute in attributes)
            {
                Add(metadata.GetCustomAttribute(attribute).Constructor);
            }
        }

        private void AddBody(MethodBodyBlock body)
        {
            if (!body.LocalSignature.IsNil)
            {
                metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
            }

            foreach (var region in body.ExceptionRegions.Where(region => !region.CatchType.IsNil))
            {
                Add(region.CatchType);
            }

            var code = body.GetILReader();
            while (code.RemainingBytes > 0)
            {
                var first = code.ReadByte();
                var operand = Operands[first == 0xfe ? (short)(0xfe00 | code.ReadByte()) : first];
                switch (operand)
                {
                    case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                        Add((EntityHandle)MetadataTokens.Handle(code.ReadInt32()));
                        break;
                    case OperandType.InlineSwitch:
                        var targets = code.ReadInt32();
                        code.Offset += 4 * targets;
                        break;
                    default:
                        code.Offset += operand switch
                        {
                            OperandType.InlineNone => 0,
                            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                            OperandType.InlineVar => 2,
                            OperandType.InlineI8 or OperandType.InlineR => 8,
                            _ => 4,
                        };
                        break;
                }
            }
        }

        private void AddMember(MemberReference member)
        {
            Add(member.Parent, metadata.GetString(member.Name));
            if (member.GetKind() is MemberReferenceKind.Method)
            {
                member.DecodeMethodSignature(this, null);
            }
            else
            {
                member.DecodeFieldSignature(this, null);
            }
        }

        // Every type in a signature is visited once; what they are put together to does not matter.
        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Visit(handle);

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Visit(handle);

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Visit(handle);

        public bool GetArrayType(bool elementType, ArrayShape shape) => true;

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

        public bool GetGenericMethodParameter(object? genericContext, int index) => true;

        public bool GetGenericTypeParameter(object? genericContext, int index) => true;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

        public bool GetPinnedType(bool elementType) => true;

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;

        private bool Visit(EntityHandle handle)
        {
            Add(handle);
            return true;
        }
    }
}
