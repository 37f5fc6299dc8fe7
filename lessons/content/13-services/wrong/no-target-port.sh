# step: service
cat > service.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
EOF
kubectl apply -f service.yaml
kubectl exec client -- sh -c 'for i in 1 2 3 4 5 6; do wget -T 2 -qO- http://web; done'
