# step: majority
cat > members.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: members
data:
  one: "0"
  two: "1"
  three: "2"
  four: "3"
  five: "4"
EOF
kubectl apply -f members.yaml
