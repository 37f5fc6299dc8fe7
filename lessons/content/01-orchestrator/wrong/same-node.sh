# step: by-hand
cat > by-hand.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: hand-1
spec:
  nodeName: node-1
  containers:
    - name: app
      image: my-app:1.0
---
apiVersion: v1
kind: Pod
metadata:
  name: hand-2
spec:
  nodeName: node-2
  containers:
    - name: app
      image: my-app:1.0
---
apiVersion: v1
kind: Pod
metadata:
  name: hand-3
spec:
  nodeName: node-2
  containers:
    - name: app
      image: my-app:1.0
EOF
kubectl apply -f by-hand.yaml
