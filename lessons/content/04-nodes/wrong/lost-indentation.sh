# step: paper
cat > node.yaml <<'EOF'
apiVersion: v1
kind: Node
metadata:
name: node-4
spec:
podCIDR: 10.244.9.0/24
status:
capacity:
  cpu: "2"
  memory: 4Gi
EOF
kubectl apply -f node.yaml
